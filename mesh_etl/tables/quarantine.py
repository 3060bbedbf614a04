"""Which refused rows a table still holds: the files of its quarantine, each with the commit that refused its rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.tables.entry import Entry, RefusedFile

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.tables.ledger import Ledger

_PART = 8_192  # rows

Facts = dict[str, Any]  # a refused row, by column


@dataclass(frozen=True)
class Refused:
    """A file of the quarantine: where it lies below the root, its size, and which commit refused its rows, and when."""

    path: str
    rows: int
    bytes: int
    seq: int
    at: str

    def is_older(self, keep: datetime.timedelta | None, now: datetime.datetime) -> bool:
        """Whether the rows were refused longer ago than `keep`; without a limit they never are."""
        return keep is not None and now - datetime.datetime.fromisoformat(self.at) > keep

    def left(self, path: str, rows: int, size: int) -> RefusedFile:
        """The ledger's note of a file that holds what is left of this one; its rows do not grow younger by it."""
        return RefusedFile(path=path, rows=rows, bytes=size, since=self.seq, refused_at=self.at)


def standing(entries: Iterable[Entry]) -> list[Refused]:
    """The files that these commits leave in the quarantine, oldest first; a commit that clears the table empties it."""
    files: dict[str, Refused] = {}
    for entry in entries:
        settled(files, entry)
    return oldest_first(files.values())


def settled(files: dict[str, Refused], entry: Entry) -> None:
    """The files of the quarantine, by path, are those after the entry."""
    if entry.cleared:
        files.clear()
    for path in entry.quarantine.gone:
        files.pop(path, None)
    for one in entry.quarantine.files:
        seq, at = one.since or entry.seq, one.refused_at or entry.committed_at
        files[one.path] = Refused(one.path, one.rows, one.bytes, seq, at)


def oldest_first(files: Iterable[Refused]) -> list[Refused]:
    """The files in the order in which their rows were refused."""
    return sorted(files, key=lambda one: one.seq)


def kept(entries: Iterable[Entry], age: datetime.timedelta | None) -> list[Refused]:
    """The files that stand in the quarantine and whose rows were refused no longer ago than `age`."""
    return not_older(standing(entries), age)


def not_older(files: Iterable[Refused], age: datetime.timedelta | None) -> list[Refused]:
    """The files whose rows were refused no longer ago than `age`, oldest first."""
    now = datetime.datetime.now(datetime.UTC)
    return [one for one in oldest_first(files) if not one.is_older(age, now)]


def fallen(entries: Iterable[Entry]) -> dict[str, str]:
    """The files that were in the quarantine once and are no longer, each with the moment of the commit that took it."""
    held, gone = set[str](), dict[str, str]()
    for entry in entries:
        taken = held if entry.cleared else held.intersection(entry.quarantine.gone)
        gone |= dict.fromkeys(taken, entry.committed_at)
        held = held - taken | {one.path for one in entry.quarantine.files}
    return gone


def schema() -> pa.Schema:
    """The columns of a file of refused rows.

    `_header`, `_start` and `_record` say how to read the record again: the names in its file's header as JSON, and
    the work item and the number in it at which the record stands.
    """
    import pyarrow as pa

    violations = pa.list_(pa.struct([("rule", pa.string()), ("column", pa.string())]))
    return pa.schema(
        [
            ("_violations", violations),
            ("_input", pa.string()),
            ("_file", pa.string()),
            ("_line", pa.int64()),
            ("_raw", pa.string()),
            ("_contract_version", pa.string()),
            ("_run", pa.string()),
            ("_header", pa.string()),
            ("_start", pa.int64()),
            ("_record", pa.int64()),
        ]
    )


def read(ledger: Ledger, path: str) -> Iterator[list[Facts]]:
    """The rows of a file of the table's quarantine, some thousand at a time; what an older file does not have is None.

    Raises `PlanError` QUARANTINE_UNREADABLE.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = ledger.layout.path(path)
    try:
        with ledger.storage.open(place) as source, pq.ParquetFile(source) as file:
            for batch in file.iter_batches(_PART):
                yield pa.RecordBatch.from_arrays(_columns(batch), schema=schema()).to_pylist()
    except (OSError, pa.ArrowException):
        problem = "the file of refused rows is not there, not whole, or not yours to read"
        fix = "restore it, ask its owner, or give its rows up: mesh-etl quarantine expire --all"
        raise PlanError(Fault("QUARANTINE_UNREADABLE", problem, place, fix)) from None


def _columns(batch: pa.RecordBatch) -> list[pa.Array]:
    import pyarrow as pa

    names = batch.schema.names
    return [
        batch.column(one.name).cast(one.type) if one.name in names else pa.nulls(len(batch), one.type)
        for one in schema()
    ]
