"""The refused rows of a table: why, and where they came from."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from mesh_etl.cli.wording import listed
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.cells import HIDDEN
from mesh_etl.notebook.page import Notes
from mesh_etl.plan.build import ledger_of
from mesh_etl.quarantine.rows import Row, rows
from mesh_etl.tables.quarantine import not_older

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob


def refused(job: LoadedJob, most: int, rule: str, reveal: bool) -> Answer[tuple[Row, ...]]:
    """The first refused rows, those of one rule where it is named. Their raw text holds every column: it is hidden."""
    ledger = ledger_of(job, job.product)
    files = not_older(ledger.state().refused.values(), job.job.quarantine.age)
    wanted = (one for one in rows(ledger, files) if not rule or one.breaks(rule))
    found = tuple(islice(wanted, max(most, 0)))
    page = Notes()
    held = sum(file.rows for file in files)
    page.line(f"{job.product}: {held:,} refused {'row' if held == 1 else 'rows'} in the quarantine", style="bold")
    if not found:
        page.line("none of them was refused by this rule" if held else "there is none")
        return Answer(found, page)
    why = Counter(_named(*one) for row in found for one in row.broken)
    page.field("shown", f"{len(found):,}: {listed([f'{name} {number:,}' for name, number in why.most_common()])}")
    page.table(
        ("why", "file", "line", "raw"),
        [
            (
                ", ".join(_named(*one) for one in row.broken),
                (row.file or "").rpartition("/")[2],
                "" if row.line is None else str(row.line),
                row.raw if reveal else HIDDEN,
            )
            for row in found
        ],
        ("line",),
    )
    if not reveal:
        page.line("quarantine(reveal=True) shows the rows to whoever may see them", style="dim")
    page.line(f"Mended the contract or the job? mesh-etl quarantine replay {job.product}", style="dim")
    return Answer(found, page)


def _named(rule: str, column: str) -> str:
    return f"{column}.{rule}" if column and "." not in rule else rule
