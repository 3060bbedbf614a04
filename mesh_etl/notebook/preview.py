"""The rows after a step, and what each step on the way has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_etl.cli.wording import count, listed
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.cells import Cells, cells
from mesh_etl.notebook.masked import masked
from mesh_etl.notebook.page import Notes
from mesh_etl.notebook.walk import Walked, walk

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine


@dataclass(frozen=True)
class Preview:
    """The steps that were taken, the frame behind them, and its first rows; `hidden` says why of hidden columns."""

    walked: Walked
    cells: Cells = field(repr=False)
    hidden: dict[str, str]

    @property
    def frame(self) -> DataFrame:
        """All rows of the sample after the steps, with nothing hidden."""
        return self.walked.frame


def preview(
    plan: Plan, engine: Engine, secret: Callable[[str], str], rows: int, of: int, step: int | None, reveal: bool
) -> Answer[Preview]:
    """The first `rows` rows after `step` steps, by default all, on the first `of` rows of the source."""
    steps = len(plan.steps) if step is None else step

    def first(walked: Walked) -> tuple[Walked, Cells]:
        return walked, cells(walked.rows, rows, str(plan.job.path))

    walked, found = walk(plan, engine, secret, of, steps, first)
    texts = {name: found.texts(name) for name in found.types}
    hidden = {} if reveal else masked(plan, steps, texts)
    seen = Preview(walked, found, hidden)
    return Answer(seen, _page(plan, seen, steps))


def _page(plan: Plan, seen: Preview, steps: int) -> Notes:
    page = Notes()
    page.line(f"{plan.product}  after {count(steps, 'step')} of {len(plan.steps)}", style="bold")
    for name, one in seen.walked.samples.items():
        refused = listed([f"{code} {rows:,}" for code, rows in one.refused.most_common()], shown=5)
        told = f"{one.told()}{f'; refused: {refused}' if refused else ''}"
        page.field("read" if name == "source" else f"with {name}", told)
    if not all(one.whole for name, one in seen.walked.samples.items() if name not in plan.primary):
        page.line("  ! a join may miss rows that were not read here; a run reads all", style="dim")
    if seen.walked.steps:
        page.table(
            ("step", "what it does", "columns", "rows", "dropped"),
            [
                (str(index), one.title, one.columns(), f"{one.rows:,}", f"{one.dropped:,}" if one.dropped else "")
                for index, one in enumerate(seen.walked.steps, 1)
            ],
            ("rows", "dropped"),
        )
    if not seen.walked.left:
        page.line("no row is left" if seen.walked.samples["source"].read else "there is no row in the source")
    if not seen.cells.rows:
        return page
    page.table(seen.cells.titles(), seen.cells.shown(tuple(seen.hidden)), seen.cells.numbers())
    if seen.hidden:
        page.line(f"hidden: {listed([f'{name} ({why})' for name, why in seen.hidden.items()])}", style="dim")
        page.line("preview(reveal=True) shows them to whoever may see them", style="dim")
    return page
