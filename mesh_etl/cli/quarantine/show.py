"""`mesh-etl quarantine show`: where refused rows came from, and why they were refused."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root
from mesh_etl.cli.quarantine.options import Product, Rule, Since

if TYPE_CHECKING:
    from mesh_etl.quarantine.rows import Row

Limit = Annotated[int, typer.Option("--limit", min=1, help="How many rows are shown, the newest first.")]
Raw = Annotated[bool, typer.Option("--raw", help="With the raw text, as it was delivered: it may be personal data.")]

_NAMES = ("version", "file", "line", "rules")
_TYPES = ("BIGINT", "VARCHAR", "BIGINT", "VARCHAR")


def show(
    product: Product,
    rule: Rule = "",
    since: Since = "",
    limit: Limit = 20,
    raw: Raw = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show refused rows: file, line and rules; the text with --raw."""
    from mesh_etl.cli import answers, screen
    from mesh_etl.config import Project
    from mesh_etl.plan.build import ledger_of
    from mesh_etl.quarantine.rows import Choice, rows
    from mesh_etl.query import Answer
    from mesh_etl.tables.quarantine import kept

    job = Project.open(root, env).job(product)
    ledger = ledger_of(job, job.product)
    choice = Choice(rule, since)
    entries = list(ledger.entries())
    files = choice.files(kept(entries, job.job.quarantine.age))
    found = choice.rows(sorted(rows(ledger, files), key=_place), entries)
    names, types = ((*_NAMES, "raw"), (*_TYPES, "VARCHAR")) if raw else (_NAMES, _TYPES)
    answer = Answer(names, types, islice((_cells(row, raw) for row in found), limit))
    if as_json:
        answers.as_json(answer)
        return
    page = screen.Page(env)
    if not found:
        page.line(f"{job.product}: no refused row is in the quarantine")
        return
    answers.as_table(answer)
    if len(found) > limit:
        page.line(f"These are {limit:,} of {len(found):,} rows; --limit shows more.", style="dim")
    replay = f"mesh-etl quarantine replay {job.product}"
    page.line("Once contract, job or code is mended, a replay publishes the rows that pass.", style="dim")
    page.next(*([replay] if raw else [f"mesh-etl quarantine show {job.product} --raw", replay]))


def _place(row: Row) -> tuple[int, str, int]:
    return -row.held.seq, row.file or "", row.line or 0


def _cells(row: Row, raw: bool) -> tuple[Any, ...]:
    rules = ", ".join(f"{rule} ({column})" if column and column not in rule else rule for rule, column in row.broken)
    cells = (row.held.seq, row.file, row.line, rules)
    return (*cells, row.raw) if raw else cells
