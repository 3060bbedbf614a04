"""A ledger entry: one commit, with everything that became visible by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mesh_etl.errors import Fault, PlanError

RESTORE = "restore the file from a backup, or from the bucket's earlier version of it"
UPGRADE = f"it was damaged, or written by a newer mesh_etl: {RESTORE}, or upgrade"
UPKEEP = ("expire", "fence", "tag", "compact")  # operations that bring no rows to a table and take none away


class Record(BaseModel):
    """A frozen value that is kept as JSON; an unknown key is a sign of a newer library and an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DataFile(Record):
    """A file of the table: its path below the root, its rows and bytes, and the CRC-32 of its content in hex.

    Files of older libraries have no `crc32`.
    """

    path: str
    rows: int
    bytes: int
    crc32: str = ""
    of: str = ""  # the table's own file, of which this is a copy without the rows that another engine deleted

    @property
    def name(self) -> str:
        """The file's name, which it keeps when a later commit carries it into another folder."""
        return self.path.rpartition("/")[2]


class Partition(Record):
    """All files of one partition; they lie in one folder. `values` are the keys' values as text, None for NULL."""

    values: tuple[str | None, ...]
    folder: str
    files: tuple[DataFile, ...]

    def without(self, gone: Collection[str]) -> Partition:
        """The partition less the files with these paths."""
        return self.model_copy(update={"files": tuple(one for one in self.files if one.path not in gone)})

    @property
    def rows(self) -> int:
        """The rows of the partition."""
        return sum(file.rows for file in self.files)


class PartitionColumn(Record):
    """How the table is partitioned: by a column as it is, or by what a transform such as `bucket[16]` makes of it."""

    name: str
    column: str
    transform: str


class ContractRef(Record):
    """The contract that the commit was checked against, by the hash of its file.

    Its summary is what a later version is compared with: `Ledger.contract` reads it. It is kept once for all commits
    that have the same, by the hash of its content; entries of older libraries hold it themselves, as `summary`.
    """

    id: str
    version: str
    sha256: str
    summary: Mapping[str, Any] | None = None
    summary_sha256: str = ""


class Input(Record):
    """An input that was read, pinned to its version, with what became of each of its rows."""

    name: str
    path: str
    size: int
    version: str
    read: int
    rejected: int
    dropped: Mapping[str, int] = {}
    ignored: int = 0  # records of which keys were left out because the job ignores what the contract lacks
    comments: int = 0  # lines that were passed over because the job says what comments begin with
    good: int = 0
    reference: bool = False


class Drifted(Record):
    """How the files of an input differed: columns that were left out and columns that were NULL, by number of files."""

    ignored: Mapping[str, int] = {}
    missing: Mapping[str, int] = {}


class EvolvedColumn(Record):
    """A column that the table has beyond the contract's file: added, or with a wider type."""

    name: str
    type: str
    added: bool


class Counts(Record):
    """What became of the rows: read + made by transforms = good + quarantined + deduplicated + filtered + consumed."""

    read: int
    good: int
    quarantined: int
    deduplicated: int
    filtered: int
    consumed: int = 0
    made: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every row is accounted for."""
        spent = self.good + self.quarantined + self.deduplicated + self.filtered + self.consumed
        return self.read + self.made == spent


class Changed(Record):
    """What a mode that joins rows with those of the table made of the rows that passed the checks, and of the table.

    good = inserted + updated + deletes + unchanged + superseded + late: a row may add one to the table, change one,
    take one away (`deletes`, of which `deleted` met a row), say what the table says already, be overtaken by a later
    row of the same run, or be older than what the table holds. `closed` rows of the table ended without being replaced;
    `kept` rows were written again because they share a file with others.
    """

    inserted: int = 0
    updated: int = 0
    deletes: int = 0
    deleted: int = 0
    unchanged: int = 0
    superseded: int = 0
    late: int = 0
    closed: int = 0
    kept: int = 0

    def accounts_for(self, good: int) -> bool:
        """Whether every one of the rows that passed the checks is in one of the counts."""
        return good == self.inserted + self.updated + self.deletes + self.unchanged + self.superseded + self.late


class Tombstones(Record):
    """A file with the keys of rows that a commit has deleted and their place in the order; `path` is below the root."""

    path: str
    rows: int
    buried_at: str


class Merged(Record):
    """A file that a compaction wrote, and the names of the partition's files whose rows it holds in place of them."""

    path: str
    of: tuple[str, ...]


class Deletion(Record):
    """Rows that a predicate took out of the table, and why.

    The predicate may name a person and is not kept: `predicate_sha256` is the hash of `salt` and its text.
    """

    rows: int
    reason: str
    salt: str
    predicate_sha256: str


class RuleResult(Record):
    """The verdict on one rule of the contract."""

    rule: str
    status: str
    rows: int = 0
    text: str = ""
    reason: str = ""
    column: str = ""
    dimension: str | None = None
    severity: str = "error"
    source: str = ""
    measured: float | None = None
    against: str = ""  # another table that the verdict depends on, at its version


class RefusedFile(DataFile):
    """A file of refused rows; `since` and `refused_at` tell which commit refused them, where it is an earlier one."""

    since: int = 0
    refused_at: str = ""


class Acknowledgement(Record):
    """Changes of the contract that the owner accepted: for which version, and by the job's file or the command."""

    version: str
    by: str
    changes: tuple[str, ...] = ()


class Quarantine(Record):
    """The rows that this commit refused, or left of files that are `gone` from the quarantine by it."""

    rows: int
    files: tuple[RefusedFile, ...] = ()
    gone: tuple[str, ...] = ()


class Entry(Record):
    """One commit. `partitions` replace those of the same values; `cleared` says that all others go."""

    format: int = 1
    seq: int
    base_seq: int
    txn: str
    idem_key: str
    product: str
    operation: str
    committed_at: str
    code_version: str
    engine: str
    contract: ContractRef
    columns: tuple[tuple[str, str], ...]
    partition_by: tuple[PartitionColumn, ...] = ()
    compression: str = "zstd"
    file_format: str = "parquet"  # of all files of the table
    expansion: float | None = None  # bytes in memory for each byte of the files that the commit wrote
    cleared: bool = False
    partitions: tuple[Partition, ...] = ()
    quarantine: Quarantine = Quarantine(rows=0)
    counts: Counts
    rules: tuple[RuleResult, ...] = ()
    inputs: tuple[Input, ...] = ()
    dropped: Mapping[str, int] = {}
    drift: Mapping[str, Drifted] = {}
    evolved: tuple[EvolvedColumn, ...] = ()
    metrics: str = ""  # the folder with the states of what was written, below the table's root
    acknowledged: Acknowledgement | None = None
    changed: Changed | None = None  # by a mode that joins rows with those of the table
    tombstones: tuple[Tombstones, ...] | None = None  # all that stand from this commit on; None for those before it
    deletion: Deletion | None = None
    merged: tuple[Merged, ...] = ()
    restores: int | None = None  # the version whose files, inputs and refused rows are the table's again
    tags: Mapping[str, int | None] = {}  # versions by the names that they have from this commit on; None takes one away
    expired: tuple[int, ...] = ()  # versions that cannot be read from this commit on
    fenced: tuple[str, ...] = ()  # transactions that may never commit from this commit on
    previous: str = ""  # of an Iceberg table: the name of the entry before, whose snapshot may be expired

    @property
    def is_upkeep(self) -> bool:
        """Whether the commit leaves the rows of the table as they are, so that its data has no new version by it."""
        return self.operation in UPKEEP


def parsed(content: bytes, path: str) -> Entry:
    """The entry that the file holds. Raises `PlanError` LEDGER_UNREADABLE."""
    try:
        return Entry.model_validate_json(content)
    except ValidationError as error:
        problem = f"the entry does not read as one ({error.error_count()} faults)"
        raise PlanError(Fault("LEDGER_UNREADABLE", problem, path, UPGRADE)) from None
