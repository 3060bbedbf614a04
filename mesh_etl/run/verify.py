"""The audit: verdicts on every rule, and the proof that what was staged is what was counted."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import STAGED, Measure, Query, Unique
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.codes import CODES
from mesh_etl.run import uniqueness
from mesh_etl.run.engines import translated
from mesh_etl.tables.entry import Counts, Partition, Quarantine

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.accounting import Accounting
    from mesh_etl.run.engines import Engine


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
    found = [_row(rule.id, rule.text(), rule.rejects, broken.pop(rule.id, 0)) for rule in plan.checks.row]
    known = {one.rule: one.rows for one in found}
    measured = {rule.counts for rule in plan.checks.measures}
    found = [one for one in found if one.rule not in measured]  # the measure has the verdict on what it counts
    found += [Verdict(code, "rejected rows", rows, CODES.get(code, "")) for code, rows in sorted(broken.items())]
    kept = uniqueness.kept_partitions(plan, partitions)
    total = counts.good + sum(partition.rows for partition in kept)
    found += [
        _unique(rule, uniqueness.surplus(plan, engine, rule, manifests, partitions, kept), total)
        for rule in plan.checks.unique
    ]
    found += [
        _measure(rule, known[rule.counts], counts.good) if rule.counts else _measure(rule, total, total)
        for rule in plan.checks.measures
    ]
    found += [_query(plan, engine, rule, [*partitions, *kept]) for rule in plan.checks.queries]
    found += [Verdict(rule, "not executed", reason=reason) for rule, reason in plan.checks.skipped]
    return tuple(found)


def _broken(plan: Plan, manifests: Sequence[dict[str, Any]]) -> Counter[str]:
    """Rows by rule, over the inputs whose rows become rows of the table."""
    others = {str(item.number) for item in plan.items if item.input not in plan.primary}
    found: Counter[str] = Counter()
    for manifest in manifests:
        for item, counts in manifest["broken"].items():
            for what, rows in counts.items() if item not in others else ():
                found[what.rpartition(":")[0]] += rows
    return found


def _row(rule: str, text: str, rejects: bool, rows: int) -> Verdict:
    return Verdict(rule, ("rejected rows" if rejects else "warned") if rows else "passed", rows, text)


def _compared(rule: Unique | Measure | Query, rows: int, measured: Any) -> Verdict:
    if rule.comparison.holds(measured):
        return Verdict(rule.id, "passed", rows, rule.text())
    return Verdict(rule.id, "failed" if rule.fails else "warned", rows, rule.text(), f"measured {measured}")


def _unique(rule: Unique, surplus: int, total: int) -> Verdict:
    return _compared(rule, surplus, _share(surplus, total) if rule.percent else surplus)


def _measure(rule: Measure, rows: int, total: int) -> Verdict:
    return _compared(rule, rows, _share(rows, total) if rule.percent else rows)


def _share(rows: int, total: int) -> float:
    return 100 * rows / total if total else 0.0


def _query(plan: Plan, engine: Engine, rule: Query, partitions: Sequence[Partition]) -> Verdict:
    from mesh_etl.run.staged_frame import staged_frame

    view = f"mesh_staged_{uuid.uuid4().hex}"
    with translated(rule.id, "RULE_QUERY"):
        staged_frame(plan, engine, partitions).createOrReplaceTempView(view)
        rows = engine.session().sql(rule.query.over({STAGED: view})).collect()
    if len(rows) != 1 or len(rows[0]) != 1:
        raise RunError(
            Fault("RULE_SHAPE", "the query of a rule must return one value", rule.id, "select one aggregate")
        )
    measured = rows[0][0]
    if measured is not None and (isinstance(measured, bool) or not isinstance(measured, int | float | Decimal)):
        raise RunError(
            Fault("RULE_SHAPE", "the query of a rule must return a number", rule.id, "count or sum something")
        )
    verdict = _compared(rule, 0, float(measured) if measured is not None else None)
    # What a query measures may be a cell, such as the highest salary.
    return replace(verdict, reason="" if measured is not None else verdict.reason and "there is no value")


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
