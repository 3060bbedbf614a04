"""`mesh-etl history`: the commits of a product's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.states import Metrics

TITLES = ("#", "when (UTC)", "mode", "read", "good", "rejected", "files", "contract", "engine")
NUMBERS = ("#", "read", "good", "rejected", "files")


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
    from mesh_etl.config import Project
    from mesh_etl.plan.build import ledger_of
    from mesh_etl.tables.states import Metrics

    job = Project.open(root, env).job(product)
    ledger = ledger_of(job, job.product)
    entries = list(ledger.entries())
    if entries and (metrics or rule):
        _metrics(job.product, Metrics(ledger.layout.root, tuple(entries)), rule, as_json)
        return
    if as_json:
        screen.document({"product": job.product, "versions": [_facts(entry) for entry in entries]})
        return
    page = screen.Page()
    if not entries:
        page.line(f"{job.product} has no version yet; make one: mesh-etl run {job.product}")
        return
    page.table(TITLES, [_row(entry) for entry in entries], NUMBERS, tight=True)


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
