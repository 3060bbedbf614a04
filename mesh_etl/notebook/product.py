"""A product under an author's hands: the text of its job, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from mesh_etl import worlds
from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import contract_of
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.notebook import edited
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.page import Notes
from mesh_etl.notebook.preview import Preview, preview
from mesh_etl.notebook.steps import call, plain
from mesh_etl.notebook.walk import walk
from mesh_etl.transforms.base import transform

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.frames import Checked
    from mesh_etl.notebook.kept import Kept
    from mesh_etl.plan import Plan
    from mesh_etl.publish import Report
    from mesh_etl.run.engines import Engine

PREVIEWED, CHECKED = 1_000, 10_000  # rows of the source that are read


class NoSuchCall(ConfigError, AttributeError):
    """A product has nothing of this name; Python's own kind as well, so that `hasattr` is right."""


@dataclass(frozen=True, repr=False)
class Product:
    """The job of a product as its author has it now. Frozen: each step gives a new one, so a cell can run twice.

    Every transform is a method with the keys that it has in job.yaml: `product.filter(where="amount > 0")`. What is
    wrong with a key is said at once, with its place in the text that `write` would write.
    """

    name: str
    project: Project
    text: str
    engine: Engine = field(compare=False)
    kept: Kept = field(compare=False)
    drafted: Notes | None = field(default=None, compare=False)  # what was found when it was drafted

    @cached_property
    def job(self) -> LoadedJob:
        """The job that the text describes. Raises `ConfigError` with all faults of the text."""
        return self.project.job_in(self.kept.path.relative_to(self.project.root), parse(self.text, self.kept.name))

    def step(self, type: str, **keys: Any) -> Product:
        """The product with one more step; `product.filter(…)` is short for `product.step("filter", …)`."""
        return call(type, self._stepped)(**keys)

    def input(self, name: str, **source: Any) -> Product:
        """The product with another input, which joins, unions and SQL may name; the keys are those of a source."""
        return self._with(edited.put(self.text, "inputs", name, plain(source)))

    def change(self, section: str, **keys: Any) -> Product:
        """The product with other values of keys of a section: `product.change("target", partition_by=["country"])`."""
        text = self.text
        for name, value in keys.items():
            text = edited.put(text, section, name, plain(value))
        return self._with(text)

    def reads(self, *names: str, **types: str) -> Product:
        """The product whose source reads these columns, and no longer those of the contract.

        `names` have the types that the contract says; a column that the contract does not have is given with its type:
        `product.reads("visit_id", seconds="decimal(9,2)")`. `change("source", columns=…)` says more, such as renames.
        """
        listed = {name: name for name in names} | {name: {"type": kind} for name, kind in types.items()}
        return self.change("source", columns=listed)

    def preview(
        self, rows: int = 10, step: int | None = None, of: int = PREVIEWED, reveal: bool = False
    ) -> Answer[Preview]:
        """The first rows after `step` steps, by default all of them, and what each step has changed.

        Only the first `of` rows of the source are read. Columns that the contract classifies are hidden, unless
        `reveal` says otherwise. Raises `ConfigError`, `PlanError` and `RunError` as a run does.
        """
        if step is not None and not 0 <= step <= len(self.job.job.transforms):
            known = f"there are {len(self.job.job.transforms)}; 0 is the source"
            raise ConfigError(Fault("UNKNOWN_STEP", f"there is no step {step}", self.kept.name, known))
        return preview(self._planned(), self.engine, self._world.secret, max(rows, 0), max(of, 1), step, reveal)

    def check(self, of: int = CHECKED) -> Answer[Checked]:
        """The verdict of the contract on what the steps make of the first `of` rows; nothing is written."""
        from mesh_etl.notebook.verdict import verdict

        plan = self._planned()
        return walk(plan, self.engine, self._world.secret, max(of, 1), len(plan.steps), partial(verdict, plan))

    def plan(self) -> Answer[Plan]:
        """What a run would do, as `mesh-etl plan` says it. Raises `PlanError` for what would keep it from working."""
        from mesh_etl.cli import outlook
        from mesh_etl.plan import build
        from mesh_etl.publish.entries import lacking
        from mesh_etl.run import rehearse

        planned = build(self.job)
        if planned.work == "run":
            rehearse(planned, self.engine, self._world.secret)
        lacks = lacking(self.job, planned.contract, planned.ledger, self._world)
        page = Notes()
        outlook.show(page, planned, (f"table {self.name} would be created",) if lacks is None else lacks)
        page.line(f"next: {'run()' if self.kept.now() == self.text else 'write(), then run()'}")
        return Answer(planned, page)

    def run(self, date: str = "") -> Answer[Report]:
        """The table holds what the job makes of its inputs; a second run of finished work changes nothing.

        `date` is the run's date or moment in UTC where it is not now. Raises `ConfigError` NOT_WRITTEN where job.yaml
        says something else than this product, and any `MeshError` as `mesh-etl run` does.
        """
        from mesh_etl.cli import summary
        from mesh_etl.config.moment import moment_of
        from mesh_etl.pipeline import run_job

        if self.kept.now() != self.text:
            fix = "write() it first: what is published is made by what is in the project"
            raise ConfigError(
                Fault("NOT_WRITTEN", "the file says something else than you have here", self.kept.name, fix)
            )
        begin, page = perf_counter(), Notes()
        report = run_job(self.job, self.engine, self._world, moment=moment_of(date))
        summary.show(page, report, perf_counter() - begin)
        page.line("next: history(), quarantine()")
        return Answer(report, page)

    def history(self, versions: int = 30) -> Answer[Any]:
        """The share of refused rows by version, drawn, for the last versions of the table."""
        from mesh_etl.notebook.history import history

        return history(self.job, versions)

    def quarantine(self, rows: int = 10, rule: str = "", reveal: bool = False) -> Answer[Any]:
        """The refused rows of the table: why, and where they came from; their raw text only with `reveal`."""
        from mesh_etl.notebook.refused import refused

        return refused(self.job, rows, rule, reveal)

    def lineage(self) -> Answer[Any]:
        """Of each column of the contract those of the inputs that it is made of."""
        from mesh_etl.notebook.origins import origins

        return origins(self._planned())

    @property
    def contract(self) -> Answer[Any]:
        """What the contract promises: columns, types, classes and rules. Raises `ConfigError` with all its faults."""
        from mesh_etl.notebook.promise import promise

        return promise(contract_of(self.job))

    def diff(self) -> Answer[tuple[str, ...]]:
        """In what this product differs from its job.yaml."""
        from mesh_etl.notebook.writing import difference

        return difference(self.kept, self.text)

    def write(self, replace: bool = False) -> Answer[bool]:
        """job.yaml holds what was done here; comments and layout of what stood there before stay.

        A file that is there is replaced only with `replace`; else the difference is shown. Raises `ConfigError`
        FILE_CHANGED where somebody has changed the file since it was opened.
        """
        from mesh_etl.notebook.writing import written

        self.job  # noqa: B018 - a text with faults is not written
        return written(self.kept, self.text, replace, f"next: plan(), then run(): {self.name}", "write(replace=True)")

    def with_text(self, text: str) -> Product:
        """The product whose job is this text of YAML. Raises `ConfigError` with its faults."""
        return self._with(text)

    def _with(self, text: str) -> Product:
        made = replace(self, text=text, drafted=None)
        made.job  # noqa: B018 - what is wrong with it is said now
        return made

    def _stepped(self, keys: dict[str, Any]) -> Product:
        return self._with(edited.appended(self.text, "transforms", keys))

    def _planned(self) -> Plan:
        """The plan of the job for looking at rows: breaking changes of a contract are no matter yet."""
        from mesh_etl.modes.replace import Replace
        from mesh_etl.plan import build

        # An append has no use for a source that is fetched, but what it gives can be looked at.
        anew = Replace() if self.job.job.target.mode.type == "append" else None
        return build(self.job, as_mode=anew, acknowledge=contract_of(self.job).version, again=True)

    @property
    def _world(self) -> worlds.World:
        return worlds.open(self.project.env, self.project.root)

    def __getattr__(self, name: str) -> Callable[..., Product]:
        if name in set(transform):
            return call(name, self._stepped)
        if name.startswith("_"):  # what Jupyter and others look for
            raise AttributeError(name)
        fix = did_you_mean(name, [one for one in dir(self) if not one.startswith("_")])
        raise NoSuchCall(Fault("UNKNOWN_CALL", f"a product has no '{name}'", self.name, fix))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *transform})

    def __repr__(self) -> str:
        return self._page().text()

    def _repr_html_(self) -> str:
        return self._page().html()

    def _page(self) -> Notes:
        """The product as it stands, without a look at its data."""
        from mesh_etl.cli.outlook import described
        from mesh_etl.cli.wording import count

        page, job = Notes(), self.job.job
        if self.drafted:
            page.join(self.drafted)
        page.line(
            f"{self.name}  {'as in' if self.kept.now() == self.text else 'not yet written to'} {self.kept.name}",
            style="bold",
        )
        for name, source in {"source": job.source, **job.inputs}.items():
            listed = getattr(source, "columns", ())
            told = described(source)
            if listed:
                columns = count(len(listed), "column")
                told = f"{described(source.model_copy(update={'columns': type(listed)()}))}; {columns}"
            page.field("read" if name == "source" else f"with {name}", told)
        for index, step in enumerate(job.transforms, 1):
            page.field(f"step {index}", described(step))
        page.field("write", f"{job.target.mode.type}{_by(job.target.partition_by)}")
        page.line("preview(), check(), plan(), write(), run(); steps: " + ", ".join(transform), style="dim")
        return page


def _by(keys: tuple[object, ...]) -> str:
    return f", partitioned by {', '.join(map(str, keys))}" if keys else ""
