"""`mesh-etl history`: the commits of a product's table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.states import Metrics
    from mesh_etl.tables.table_state import Size, TableState

TITLES = ("#", "when (UTC)", "operation", "read", "rejected", "rows ±", "rows", "files", "size", "contract", "engine")
NUMBERS = ("#", "read", "rejected", "rows ±", "rows", "files", "size")


@dataclass(frozen=True)
class Version:
    """A commit, the size of the table before and after it, and the names that it has now."""

    entry: Entry
    before: Size
    size: Size
    tags: tuple[str, ...]


def history(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    root: Root = HERE,
    env: Env = "local",
    metrics: Annotated[bool, typer.Option("--metrics", help="What was measured at each version.")] = False,
    rule: Annotated[str, typer.Option("--rule", help="The verdicts on this rule alone; implies --metrics.")] = "",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """List the versions of a product's table, oldest first."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.wording import spans
    from mesh_etl.config import Project
    from mesh_etl.plan.build import ledger_of
    from mesh_etl.tables.states import Metrics

    job = Project.open(root, env).job(product)
    ledger = ledger_of(job, job.product)
    entries = list(ledger.entries())
    state = ledger.state()
    versions = list(_versions(entries, state))
    if entries and (metrics or rule):
        _metrics(job.product, Metrics(ledger), rule, as_json)
        return
    if as_json:
        screen.document({"product": job.product, "versions": [_facts(one) for one in versions]})
        return
    page = screen.Page()
    if not entries:
        page.line(f"{job.product} has no version yet; make one: mesh-etl run {job.product}")
        return
    page.table(TITLES, [_row(one) for one in versions], NUMBERS, tight=True)
    for one in versions:
        if one.tags:
            page.line(f"  version {one.entry.seq}: {', '.join(one.tags)}")
    if state.expired:
        page.line(f"  expired, and cannot be read any more: {spans(sorted(state.expired))}")


def _metrics(product: str, metrics: Metrics, rule: str, as_json: bool) -> None:
    from mesh_etl.cli import metrics as view
    from mesh_etl.cli import screen
    from mesh_etl.errors import ConfigError, Fault, did_you_mean

    known = {one.rule for entry in metrics.entries for one in entry.rules}
    if rule and rule not in known:
        raise ConfigError(
            Fault("UNKNOWN_RULE", f"no version knows a rule '{rule}'", product, did_you_mean(rule, known))
        )
    versions = view.facts(metrics, rule)
    if as_json:
        screen.document({"product": product, "versions": versions})
    elif rule:
        view.show_rule(screen.Page(), rule, versions)
    else:
        view.show(screen.Page(), versions)


def _versions(entries: Sequence[Entry], head: TableState) -> Iterator[Version]:
    from mesh_etl.tables.table_state import Size, folding

    names: dict[int, list[str]] = {}
    for name, seq in sorted(head.tags.items()):
        names.setdefault(seq, []).append(name)
    before = Size()
    for entry, (state, _) in zip(entries, folding(entries), strict=True):
        yield Version(entry, before, state.size, tuple(names.get(entry.seq, ())))
        before = state.size


def _facts(version: Version) -> dict[str, Any]:
    entry, size = version.entry, version.size
    return {
        "version": entry.seq,
        "committed_at": entry.committed_at,
        "operation": entry.operation,
        "counts": entry.counts.model_dump(),
        "changed": entry.changed.model_dump() if entry.changed else None,
        "files": sum(len(partition.files) for partition in entry.partitions),
        "rows_changed": size.rows - version.before.rows,
        "table": {"rows": size.rows, "files": size.files, "bytes": size.bytes},
        "tags": list(version.tags),
        "restores": entry.restores,
        "contract_version": entry.contract.version,
        "engine": entry.engine,
        "code_version": entry.code_version,
        "txn": entry.txn,
    }


def _row(version: Version) -> tuple[str, ...]:
    from mesh_etl.cli.wording import size

    entry, table = version.entry, version.size
    when = entry.committed_at[:16].replace("T", " ")
    operation = f"{entry.operation} to {entry.restores}" if entry.restores else entry.operation
    read = (f"{number:,}" if entry.counts.read else "" for number in (entry.counts.read, entry.counts.quarantined))
    change = table.rows - version.before.rows
    stands = (f"{change:+,}" if change else "", f"{table.rows:,}", f"{table.files:,}", size(table.bytes))
    return (str(entry.seq), when, operation, *read, *stands, entry.contract.version, entry.engine)
