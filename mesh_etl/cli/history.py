"""`mesh-etl history`: the commits of a product's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.tables.entry import Entry

TITLES = ("#", "when (UTC)", "mode", "read", "good", "rejected", "files", "contract", "engine")
NUMBERS = ("#", "read", "good", "rejected", "files")


def history(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """List the versions of a product's table, oldest first."""
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.plan.build import ledger_of

    job = Project.open(root, env).job(product)
    entries = list(ledger_of(job, job.product).entries())
    if as_json:
        screen.document({"product": job.product, "versions": [_facts(entry) for entry in entries]})
        return
    page = screen.Page()
    if not entries:
        page.line(f"{job.product} has no version yet; make one: mesh-etl run {job.product}")
        return
    page.table(TITLES, [_row(entry) for entry in entries], NUMBERS, tight=True)


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "version": entry.seq,
        "committed_at": entry.committed_at,
        "operation": entry.operation,
        "counts": entry.counts.model_dump(),
        "files": _files(entry),
        "contract_version": entry.contract.version,
        "engine": entry.engine,
        "code_version": entry.code_version,
        "txn": entry.txn,
    }


def _row(entry: Entry) -> tuple[str, ...]:
    counts = entry.counts
    numbers = (f"{number:,}" for number in (counts.read, counts.good, counts.quarantined, _files(entry)))
    when = entry.committed_at[:16].replace("T", " ")
    return (str(entry.seq), when, entry.operation, *numbers, entry.contract.version, entry.engine)


def _files(entry: Entry) -> int:
    return sum(len(partition.files) for partition in entry.partitions)
