"""What the contract changes against the one of the table's newest version, and whether a run may go on with that.

Two things can stand against it. A promise: versions follow Semantic Versioning, and a breaking change needs the owner's
acknowledgement of that very version. And the files: a mode that keeps stored rows cannot bring them under a contract
that they do not fit, whoever acknowledges it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mesh_etl.contract.comparing import version_faults
from mesh_etl.contract.diff import Change, Summary, diff, summary
from mesh_etl.contract.semver import Version, suffices
from mesh_etl.errors import Fault, PlanError

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.kernels.write.partition import PartitionKey
    from mesh_etl.modes import Mode
    from mesh_etl.tables.ledger import Ledger, Snapshot

By = Literal["job", "command"]


@dataclass(frozen=True)
class Acknowledged:
    """Changes that the owner has accepted for a version of the contract, and by which means."""

    version: str
    by: By
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """The changes of the contract that is about to be published, and what of them was acknowledged."""

    found: tuple[Change, ...] = ()
    acknowledged: Acknowledged | None = None


def changes_since(
    job: LoadedJob,
    stated: Contract,
    contract: Contract,
    mode: Mode,
    ledger: Ledger,
    head: Snapshot | None,
    keys: tuple[PartitionKey, ...],
    acknowledge: str = "",
) -> Changes:
    """What the contract changes against the one that the table was last written under.

    `stated` is the contract before deliveries of this run made it grow, which asks for no version. `acknowledge` is the
    version that the command names. Raises `PlanError` with everything that keeps a run from publishing.
    """
    if head is None:
        return Changes()
    before, after = ledger.contract(head.entry), summary(contract)
    found = diff(before, after)
    asked = after if stated is contract else summary(stated)
    promises = job.project.mesh.versioning == "semver" and not before.draft
    promised = diff(before, asked) if promises else ()
    accepted, by = _accepted(job, contract, acknowledge)
    faults = [
        *(version_faults(before, asked, promised, stated.where("version")) if promises else ()),
        *(() if accepted else _unacknowledged(before, stated, promised)),
        *(() if mode.clears else _stored_faults(job, contract, mode, head, keys, found, accepted)),
    ]
    if faults:
        raise PlanError(*faults)
    told = tuple(
        f"{one.path}: {one.text}"
        for one in found
        if one.kind == "breaking" or (one.stored == "unproven" and not mode.clears)
    )
    return Changes(found, Acknowledged(contract.version, by, told) if accepted and told else None)


def _accepted(job: LoadedJob, contract: Contract, acknowledge: str) -> tuple[bool, By]:
    """Whether the owner accepts the changes of this version. Raises `PlanError` where the command names another."""
    if acknowledge and acknowledge != contract.version:
        problem = f"--acknowledge names version {acknowledge}, the contract has {contract.version}"
        raise PlanError(Fault("NOT_THIS_VERSION", problem, contract.where("version"), "name the contract's version"))
    return contract.version in (acknowledge, job.job.checks.acknowledge), "command" if acknowledge else "job"


def _unacknowledged(before: Summary, contract: Contract, changes: Sequence[Change]) -> Iterator[Fault]:
    for change in changes:
        if change.kind == "breaking":
            problem = f"{change.path}: {change.text}; nobody has acknowledged that it breaks {before.version}"
            yield Fault("NOT_ACKNOWLEDGED", problem, contract.where(*change.at[1]), _acknowledging(before, contract))


def _acknowledging(before: Summary, contract: Contract) -> str:
    old, new = Version.parse(before.version), Version.parse(contract.version)
    enough = old is None or new is None or suffices(old, new, "breaking")
    version = contract.version if enough or old is None else str(old.after("breaking"))
    return f"say acknowledge: '{version}' under checks of the job, or --acknowledge {version}"


def _stored_faults(
    job: LoadedJob,
    contract: Contract,
    mode: Mode,
    head: Snapshot,
    keys: tuple[PartitionKey, ...],
    changes: Sequence[Change],
    accepted: bool,
) -> Iterator[Fault]:
    """What stands against files of the old contract that would stay in the table."""
    before = [(one.name, one.column, one.transform) for one in head.entry.partition_by]
    if before != [(key.name, key.column, key.transform) for key in keys]:
        where = job.where("target", "partition_by")
        fix = "rewrite the table once with mode replace"
        yield Fault("PARTITIONS_CHANGED", "the table is partitioned in another way", where, fix)
    if head.entry.file_format != job.job.target.file_format:
        problem = f"the table's files are {head.entry.file_format}, and files of both formats cannot stand together"
        fix = "rewrite the table once with mode replace"
        yield Fault("FORMAT_CHANGED", problem, job.where("target", "format"), fix)
    for change in changes:
        where, told = contract.where(*change.at[1]), f"{change.path}: {change.text}"
        if change.stored == "unfit":
            fix = f"mode {mode.type} keeps old files: rewrite the table once with mode replace, or undo the change"
            yield Fault("CONTRACT_BREAKING", told, where, fix)
        elif change.stored == "unproven" and not accepted:
            problem = f"{told}; mode {mode.type} keeps rows that were never held against it"
            fix = f"see what --data of contract diff finds; then acknowledge: '{contract.version}', or mode replace"
            yield Fault("STORED_UNPROVEN", problem, where, fix)
