"""`mesh-etl quarantine stats`: how many rows are refused, by what, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root
from mesh_etl.cli.quarantine.options import Product

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.quarantine.stats import Stats

_TOP = 10


def stats(
    product: Product, root: Root = HERE, env: Env = "local", as_json: Json = False, no_color: NoColor = False
) -> None:
    """Count refused rows by rule, column, file, run and age."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.plan.build import ledger_of
    from mesh_etl.quarantine.rows import rows
    from mesh_etl.quarantine.stats import stats as counted
    from mesh_etl.tables.quarantine import kept

    job = Project.open(root, env).job(product)
    ledger = ledger_of(job, job.product)
    entries = list(ledger.entries())
    held = kept(entries, job.job.quarantine.age)
    found = counted(job, entries, held, rows(ledger, held))
    if as_json:
        screen.document(found.to_json())
    else:
        _show(screen.Page(), found)


def _show(page: Page, found: Stats) -> None:
    from mesh_etl.cli.wording import count

    page.line(f"{found.product}  {count(found.rows, 'refused row')} in the quarantine", style="bold")
    by = {"rule": found.rules, "column": found.columns, "file": found.files, "run": found.runs, "age": found.ages}
    for label, counts in by.items():
        page.field(f"by {label}", _listed(counts))
    if found.expired:
        page.field("expired", f"{count(found.expired, 'row')}: mesh-etl quarantine expire {found.product} removes them")
    for one in found.suppressed:
        name = f"{one['rule']} of {one['column']}" if one["column"] else one["rule"]
        until = f"until {one['until']}" if one["holds"] else f"ended on {one['until']}"
        page.field("suppressed", f"{name} {until}: {count(one['rows'], 'row')} ({one['reason']}; {one['owner']})")


def _listed(counts: dict[str, int]) -> str:
    shown = ", ".join(f"{name} {rows:,}" for name, rows in list(counts.items())[:_TOP])
    return f"{shown}, and {len(counts) - _TOP:,} more" if len(counts) > _TOP else shown
