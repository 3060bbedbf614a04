"""The steps of a job on a sample of its inputs, one after the other, with what each has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from mesh_etl.cli.outlook import described
from mesh_etl.errors import RunError
from mesh_etl.notebook.cells import cells
from mesh_etl.notebook.sample import LOOKED_UP, MOST, Sample, sample
from mesh_etl.run.applied import applied, placed
from mesh_etl.run.engines import translated
from mesh_etl.transforms.trace import FATE, ROW, business

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame

    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine

T = TypeVar("T")
_NOWHERE = f"named_struct('item', cast(-1 as int), 'record', cast(-1 as bigint)) as {ROW}"


@dataclass(frozen=True)
class Step:
    """What a step made of the frame: columns with their types, and rows; `dropped` are those that `rule` took out."""

    title: str
    rule: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    rows: int = 0
    dropped: int = 0

    def columns(self) -> str:
        """What became of the columns, in words."""
        gone = [name for name in self.before if name not in self.after]
        new = [f"+{name} {kind}" for name, kind in self.after.items() if name not in self.before]
        typed = [
            f"{name} {self.before[name]} → {kind}"
            for name, kind in self.after.items()
            if self.before.get(name, kind) != kind
        ]
        return ", ".join([*new, *(f"-{name}" for name in gone), *typed])


@dataclass(frozen=True)
class Walked:
    """The rows that are left after the last step that was taken, each with its origin, and the way there."""

    rows: DataFrame = field(repr=False)
    steps: tuple[Step, ...]
    samples: Mapping[str, Sample]

    @property
    def left(self) -> int:
        """The number of these rows."""
        return self.steps[-1].rows if self.steps else self.samples["source"].rows

    @property
    def frame(self) -> DataFrame:
        """The rows without their origin."""
        return self.rows.drop(ROW)


def walk(
    plan: Plan, engine: Engine, secret: Callable[[str], str], most: int, steps: int, then: Callable[[Walked], T]
) -> T:
    """What `then` makes of the first `steps` steps of the plan on the first `most` rows of its source.

    Of inputs that are looked into, `LOOKED_UP` rows are read. Raises what the steps, the readers and `then` raise. An
    engine works late, and does not say in which step it stopped: here it is asked step by step until it does so again.
    """
    samples = {
        name: sample(name, opened, most if name in plan.primary else max(most, LOOKED_UP), secret)
        for name, opened in plan.inputs.items()
    }
    walked, place = partial(_walked, plan, engine, secret, samples), str(plan.job.path)
    try:
        return then(walked(steps, place))
    except RunError as error:
        if error.code != "ENGINE_FAILED" or error.faults[0].where != place:
            raise
        for index in range(steps):
            with placed(plan.job, index):
                cells(walked(index + 1, f"transforms[{index}]").rows, MOST, f"transforms[{index}]")
        raise


def _walked(
    plan: Plan, engine: Engine, secret: Callable[[str], str], samples: Mapping[str, Sample], steps: int, place: str
) -> Walked:
    """The rows after that many steps; an engine that stops is told at `place`."""
    with translated(place):
        frames = {name: one.frame(engine) for name, one in samples.items()}
        frame, rows, taken = frames["source"], samples["source"].rows, list[Step]()
        for index, step in enumerate(plan.steps[:steps]):
            before = _types(frame)
            if not step.is_traced():
                frame, taken = _living(frame, taken)
                frame = frame.drop(ROW)
            frame = applied(plan, index, frame, frames, engine, secret)
            with placed(plan.job, index):
                after = _types(frame)
            if not step.is_traced():
                rows = frame.count()
                frame = frame.selectExpr("*", _NOWHERE)
            taken.append(Step(described(step), step.rule(f"transforms[{index}]"), before, after, rows))
        frame, taken = _living(frame, taken)
    return Walked(frame, tuple(taken), samples)


def _types(frame: DataFrame) -> dict[str, str]:
    kinds = dict(frame.dtypes)
    return {name: kinds[name] for name in business(frame)}


def _living(frame: DataFrame, steps: Sequence[Step]) -> tuple[DataFrame, list[Step]]:
    """The rows that no step has dropped, and the steps with what each of them has dropped."""
    dropped: dict[str, int] = {}
    if FATE in frame.columns:
        dropped = {fate: rows for fate, rows in frame.groupBy(FATE).count().collect() if fate is not None}
        frame = frame.where(f"{FATE} is null").drop(FATE)
    found, gone = list[Step](), 0
    for one in steps:
        mine = dropped.get(one.rule, 0)
        gone += mine
        found.append(replace(one, rows=one.rows - gone, dropped=one.dropped + mine))
    return frame, found
