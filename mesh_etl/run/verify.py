"""The audit: verdicts on every rule, and the proof that what was staged is what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from mesh_etl.checks import Checks, Verdict
from mesh_etl.checks.dataset import DatasetRule, Measure, Query, Unique
from mesh_etl.checks.verdict import Status
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.codes import CODES
from mesh_etl.run.answers import measures, queries, unique
from mesh_etl.run.answers.base import Audit
from mesh_etl.tables.entry import Counts, Partition, Quarantine

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.accounting import Accounting
    from mesh_etl.run.engines import Engine


ANSWERS: dict[type[DatasetRule], Callable[[Any, Audit], Iterator[Verdict]]] = {
    Unique: unique.answered,
    Measure: measures.answered,
    Query: queries.answered,
}


def verdicts(
    plan: Plan,
    engine: Engine,
    manifests: Sequence[dict[str, Any]],
    parsed: Sequence[dict[str, Any]],
    partitions: Sequence[Partition],
    counts: Counts,
) -> tuple[Verdict, ...]:
    """The outcome of every rule of the contract, and of the parser where it rejected rows."""
    broken = _broken(plan, [*manifests, *(parsed if parsed is not manifests else [])])
    audit = Audit(plan, engine, manifests, partitions, kept_partitions(plan, partitions), counts, broken)
    found = [*_rows(plan, broken), *_dataset(audit)]
    found += [Verdict(one.id, "not executed", reason=one.reason) for one in plan.checks.skipped]
    return tuple(_described(one, plan.checks) for one in found)


def _rows(plan: Plan, broken: Mapping[str, int]) -> Iterator[Verdict]:
    """The verdicts on row rules and codes; where a measure counts what a rule finds, the measure has the verdict."""
    measured = {rule.counts for rule in plan.checks.dataset if isinstance(rule, Measure)}
    for rule in plan.checks.row:
        if rule.id not in measured:
            rows = broken.get(rule.id, 0)
            status: Status = "passed" if not rows else "rejected rows" if rule.rejects else "warned"
            yield Verdict(rule.id, status, rows, rule.text())
    known = {rule.id for rule in plan.checks.row}
    for code in sorted(broken.keys() - known):
        yield Verdict(code, "rejected rows", broken[code], CODES.get(code, ""))


def _dataset(audit: Audit) -> Iterator[Verdict]:
    for family, answer in ANSWERS.items():
        rules = [rule for rule in audit.plan.checks.dataset if type(rule) is family]
        if rules:
            yield from answer(rules, audit)


def _described(verdict: Verdict, checks: Checks) -> Verdict:
    """The verdict with what the contract says about its rule, and where its number comes from."""
    about = checks.about.get(verdict.rule)
    if about is None:
        return verdict
    source = verdict.source or checks.sources.get(verdict.rule, "")
    return replace(verdict, column=about.column, dimension=about.dimension, severity=about.severity, source=source)


def kept_partitions(plan: Plan, staged: Sequence[Partition]) -> list[Partition]:
    """The partitions of the table's head that stay, whole or next to staged rows, when this run is committed."""
    if plan.head is None or plan.mode.clears:
        return []
    touched = set() if plan.mode.carries else {partition.values for partition in staged}
    return [partition for values, partition in plan.head.partitions.items() if values not in touched]


def _broken(plan: Plan, manifests: Sequence[dict[str, Any]]) -> Counter[str]:
    """Rows by rule, over the inputs whose rows become rows of the table."""
    others = {str(item.number) for item in plan.items if item.input not in plan.primary}
    found: Counter[str] = Counter()
    for manifest in manifests:
        for item, counts in manifest["broken"].items():
            for what, rows in counts.items() if item not in others else ():
                found[what.rpartition(":")[0]] += rows
    return found


def audit(
    plan: Plan, accounting: Accounting, rejected: Quarantine, partitions: Sequence[Partition], found: Sequence[Verdict]
) -> None:
    """What was staged may be committed. Raises `RunError` with every reason why not."""
    faults = [*_staged_faults(plan, accounting, rejected, partitions), *_rule_faults(plan, accounting.totals, found)]
    if faults:
        raise RunError(*faults)


def _staged_faults(
    plan: Plan, accounting: Accounting, rejected: Quarantine, partitions: Sequence[Partition]
) -> list[Fault]:
    counts, root = accounting.totals, Path(plan.ledger.layout.root)
    faults = [
        Fault("ACCOUNTING", "rows that were read are neither written, rejected nor counted", path)
        for path in accounting.unbalanced
    ]
    if not counts.balanced:
        faults.append(Fault("ACCOUNTING", "the rows of the run do not add up", str(plan.job.path)))
    written = sum(pq.read_metadata(root / file.path).num_rows for part in partitions for file in part.files)
    if written != counts.good:
        problem = f"the staged files hold {written:,} rows, {counts.good:,} were counted"
        faults.append(Fault("STAGED_ROWS", problem, str(root)))
    refused = counts.quarantined + sum(one.rejected for one in accounting.inputs if one.reference)
    stored = sum(pq.read_metadata(root / file.path).num_rows for file in rejected.files)
    if stored != refused:
        problem = f"the quarantine holds {stored:,} rows, {refused:,} were rejected"
        faults.append(Fault("STAGED_ROWS", problem, str(root)))
    return faults


def _rule_faults(plan: Plan, counts: Counts, found: Sequence[Verdict]) -> list[Fault]:
    faults = [
        Fault(
            "RULE_FAILED",
            f"{one.text}: {one.reason or 'the measured value is not'}",
            f"{plan.contract.where()} {one.rule}",
            "mend the data or the rule",
        )
        for one in found
        if one.status == "failed"
    ]
    threshold = plan.job.job.checks.max_rejected
    read = counts.read + counts.made
    if not threshold.allows(counts.quarantined, read):
        reasons = ", ".join(f"{one.rule} {one.rows:,}" for one in found if one.status == "rejected rows")
        problem = f"{counts.quarantined:,} of {read:,} rows were rejected, more than {threshold}: {reasons}"
        fix = "mend the source, or raise checks.max_rejected"
        faults.append(Fault("TOO_MANY_REJECTED", problem, plan.job.where("checks", "max_rejected"), fix))
    return faults
