"""The audit: verdicts on every rule, and the proof that what was staged is what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.checks import Verdict
from mesh_etl.checks.custom.rules import CheckedTable
from mesh_etl.checks.dataset import DatasetRule, ForeignKey, Measure, Query, Settled, Unique
from mesh_etl.checks.history import HistoryRule
from mesh_etl.checks.levels import Level
from mesh_etl.checks.required import Required
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.codes import CODES
from mesh_etl.kernels.stored.written import Footer
from mesh_etl.kernels.stored.written import footer as footer_of
from mesh_etl.plan.build import not_executed
from mesh_etl.run.answers import custom, history, levels, measures, queries, references, settled, unique
from mesh_etl.run.answers.base import Audit
from mesh_etl.storage import each
from mesh_etl.tables.entry import Counts, DataFile, Partition, Quarantine

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.accounting import Accounting
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.joining import Joined
    from mesh_etl.run.states import States
    from mesh_etl.storage import Scratch
    from mesh_etl.tables.ledger import Ledger


# What was staged and what was counted come by ways of their own: a step that answers differently each time tells them
# apart, and so does a fault of this library or of an engine.
RECOUNT = "nothing was published: run again; if it stays, try the other engine (--engine) and report what both say"

ANSWERS: dict[type[DatasetRule], Callable[[Any, Audit], Iterator[Verdict]]] = {
    Unique: unique.answered,
    Measure: measures.answered,
    Query: queries.answered,
    ForeignKey: references.answered,
    CheckedTable: custom.answered,
    Settled: settled.answered,
    HistoryRule: history.answered,
    Level: levels.answered,
}


def verdicts(
    plan: Plan,
    engine: Engine,
    manifests: Sequence[dict[str, Any]],
    parsed: Sequence[dict[str, Any]],
    partitions: Sequence[Partition],
    counts: Counts,
    scratch: Scratch,
    states: States,
) -> tuple[Verdict, ...]:
    """The outcome of every rule of the contract, and of the parser where it rejected rows.

    What is needed on disk in between goes into `scratch`.
    """
    broken = _broken(plan, [*manifests, *(parsed if parsed is not manifests else [])])
    staged = states.marked() if plan.mode.keyed else broken
    audit = Audit(plan, engine, states.manifests, partitions, states.kept, counts, staged, scratch, states)
    found = [*_rows(plan, broken), *_dataset(audit)]
    found += [Verdict(one.id, "not executed", reason=one.reason) for one in plan.checks.skipped]
    return tuple(map(plan.checks.described, found))


def _rows(plan: Plan, broken: Mapping[str, int]) -> Iterator[Verdict]:
    """The verdicts on row rules, and on codes of the parser."""
    yield from plan.checks.counted(broken)
    known = {rule.id for rule in plan.checks.row}
    for code in sorted(broken.keys() - known):
        yield Verdict(code, "rejected rows", broken[code], CODES.get(code, ""))


def _dataset(audit: Audit) -> Iterator[Verdict]:
    for family, answer in ANSWERS.items():
        rules = [rule for rule in audit.plan.checks.dataset if type(rule) is family]
        if rules:
            yield from answer(rules, audit)


def kept_partitions(plan: Plan, staged: Sequence[Partition], gone: Collection[str] = ()) -> list[Partition]:
    """The partitions of the table's head with those of their files that stay when this run is committed."""
    if plan.head is None or plan.mode.clears:
        return []
    touched = set() if plan.mode.carries else {partition.values for partition in staged}
    stay = [partition.without(gone) for values, partition in plan.head.partitions.items() if values not in touched]
    return [partition for partition in stay if partition.files]


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
    plan: Plan,
    accounting: Accounting,
    rejected: Quarantine,
    partitions: Sequence[Partition],
    found: Sequence[Verdict],
    made: Joined,
) -> None:
    """What was staged may be committed. Raises `AuditFailed` with every reason why not."""
    faults = [
        *_staged_faults(plan, accounting, rejected, partitions, made),
        *_rule_faults(plan, accounting.totals, found),
    ]
    if faults:
        raise AuditFailed(faults, found, accounting.totals)


class AuditFailed(RunError):
    """What was staged is not fit to be published; `verdicts` are those on the rules, `counts` those of its rows."""

    def __init__(self, faults: Sequence[Fault], verdicts: Sequence[Verdict], counts: Counts) -> None:
        super().__init__(*faults)
        self.verdicts = tuple(verdicts)
        self.counts = counts


def _staged_faults(
    plan: Plan, accounting: Accounting, rejected: Quarantine, partitions: Sequence[Partition], made: Joined
) -> list[Fault]:
    counts, layout = accounting.totals, plan.ledger.layout
    faults = [
        Fault("ACCOUNTING", "rows that were read are neither written, rejected nor counted", path, RECOUNT)
        for path in accounting.unbalanced
    ]
    if not counts.balanced:
        faults.append(Fault("ACCOUNTING", "the rows of the run do not add up", str(plan.job.path), RECOUNT))
    files = [file for part in partitions for file in part.files]
    footers = each(plan.ledger.storage, partial(footer, plan.ledger), files)
    written = sum(footer.rows for footer in footers)
    if made.changed is not None and not made.changed.accounts_for(counts.good):
        problem = "rows that passed the checks are in no count of the mode"
        faults.append(Fault("ACCOUNTING", problem, layout.root, RECOUNT))
    if written != (wanted := counts.good if made.changed is None else made.rows):
        problem = f"the staged files hold {written:,} rows, {wanted:,} were counted"
        faults.append(Fault("STAGED_ROWS", problem, layout.root, RECOUNT))
    required = {rule.column for rule in plan.checks.row if isinstance(rule, Required) and rule.rejects}
    for name in sorted({name for footer in footers for name in footer.with_null & required}):
        problem = f"by their footers, the staged files hold NULL in '{name}', which the write refuses"
        faults.append(Fault("STAGED_NULLS", problem, layout.root, RECOUNT))
    refused = counts.quarantined + sum(one.rejected for one in accounting.inputs if one.reference)
    stored = sum(footer(plan.ledger, file).rows for file in rejected.files)
    if stored != refused:
        problem = f"the quarantine holds {stored:,} rows, {refused:,} were rejected"
        faults.append(Fault("STAGED_ROWS", problem, layout.root, RECOUNT))
    return faults


def footer(ledger: Ledger, file: DataFile) -> Footer:
    """The footer of a file of the table, or of its quarantine."""
    with ledger.storage.open(ledger.layout.path(file.path)) as source:
        return footer_of(source, file.path)


def _rule_faults(plan: Plan, counts: Counts, found: Sequence[Verdict]) -> list[Fault]:
    faults = [
        Fault(
            "RULE_FAILED",
            f"{one.text}: {one.reason or 'the measured value is not'}",
            f"{plan.checks.about[one.rule].where} {one.rule}" if one.rule in plan.checks.about else one.rule,
            "mend the data or the rule",
        )
        for one in found
        if one.status == "failed"
    ]
    if plan.job.job.checks.not_executed == "fail":
        # A rule about the past has none in the first runs, and would keep it from ever coming about.
        young = {rule.id for rule in plan.checks.dataset if isinstance(rule, HistoryRule | Level)}
        unanswered = [one for one in found if one.status == "not executed" and one.rule not in young]
        faults += [not_executed(plan.job, one.rule, one.reason, plan.checks) for one in unanswered]
    threshold = plan.job.job.checks.max_rejected
    read = counts.read + counts.made
    if not threshold.allows(counts.quarantined, read):
        reasons = ", ".join(f"{one.rule} {one.rows:,}" for one in found if one.status == "rejected rows")
        problem = f"{counts.quarantined:,} of {read:,} rows were rejected, more than {threshold}: {reasons}"
        fix = "mend the source, or raise checks.max_rejected"
        faults.append(Fault("TOO_MANY_REJECTED", problem, plan.job.where("checks", "max_rejected"), fix))
    return faults
