"""One snapshot of a table or a query, brought into files part by part, and counted by the database itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, RunError, did_you_mean
from mesh_etl.sources.databases.columns import ReadColumn, StoredColumn, Wanted, chosen
from mesh_etl.sources.databases.opening import session_with
from mesh_etl.sources.databases.parts import digits_of, predicates, scale_of
from mesh_etl.sources.databases.session import Access, Relation, Session, source_of
from mesh_etl.stores import InputFile

if TYPE_CHECKING:
    import pyarrow as pa

EVERYTHING = "1 = 1"


@dataclass(frozen=True)
class Partition:
    """A relation is read in `parts` parts by the values of a column, some at the same time.

    Without bounds the smallest and the largest value are asked for.
    """

    column: str
    parts: int
    lower: str | None
    upper: str | None
    connections: int


@dataclass(frozen=True)
class DatabaseFetch:
    """All rows of a relation that meet a predicate, as they are in one snapshot of the database.

    All parts are read in that one snapshot, so a row that moves between them is neither lost nor read twice. What has
    landed must be as many rows as `count(*)` tells for the whole in the same snapshot.
    """

    access: Access
    relation: Relation
    wanted: Wanted
    predicate: str
    partition: Partition | None
    batch_bytes: int

    def land(self, folder: str, secrets: Mapping[str, str]) -> list[InputFile]:
        """One file for each part, with columns of text in the order of the schema.

        Raises `RunError`: PACKAGE_MISSING, ACCESS_DENIED, DATABASE_…, TABLE_MISSING, QUERY_REFUSED, ROWS_MISSING, and
        for columns that are not those of the contract COLUMN_MISSING, COLUMN_UNEXPECTED, COLUMN_DUPLICATE and
        TYPE_MISMATCH.
        """
        password = secrets[self.access.password] if self.access.password else None
        with session_with(self.access, password) as session:
            stored = session.columns(self.relation)
            columns = chosen(self.wanted, stored, self._address)
            source = f"{source_of(session, self.relation)} WHERE ({self.predicate or EVERYTHING})"
            count = int(str(session.one(f"SELECT {_count(self.access)} FROM {source}")[0]))
            parts = self._parts(session, stored, source)
            select = ", ".join(f"{column.sql} AS c{index}" for index, column in enumerate(columns))
            queries = [f"SELECT {select} FROM {source} AND ({part})" for part in parts]
            landed = self._landed(session, queries, columns, Path(folder))
        rows = sum(found for _, found in landed)
        if rows != count:
            problem = f"{rows} rows have come, the database counts {count}"
            raise RunError(Fault("ROWS_MISSING", problem, self._address, "run again"), retryable=True)
        return [file for file, _ in landed]

    @property
    def _address(self) -> str:
        relation = self.relation
        if relation.table:
            return f"{self.access.address}/{'.'.join(relation.table)}"
        return f"{self.access.address}?query={hashlib.sha256(relation.query.encode()).hexdigest()[:12]}"

    def _parts(self, session: Session, stored: list[StoredColumn], source: str) -> list[str]:
        """The SQL condition of each part."""
        cut = self.partition
        if cut is None:
            return [EVERYTHING]
        known = {column.name: column for column in stored}
        if cut.column not in known:
            fix = did_you_mean(cut.column, known)
            raise RunError(Fault("COLUMN_MISSING", f"there is no column '{cut.column}'", self._address, fix))
        column = known[cut.column]
        name = f"r.{session.quoted(cut.column)}"
        kind = column.kinds[0] if column.kinds else None
        zoned = column.offset and self.access.address.scheme == "postgresql"
        lower, upper = cut.lower, cut.upper
        if scale_of(kind, zoned) and (lower is None or upper is None):
            ends = (
                f"(SELECT {end}({name}) AS {session.quoted(cut.column)} FROM {source}) AS r" for end in ("min", "max")
            )
            least, greatest = session.one("SELECT " + ", ".join(f"(SELECT {column.text} FROM {end})" for end in ends))
            lower, upper = lower or least, upper or greatest
            if lower is None or upper is None:
                return [EVERYTHING]  # no row has a value
        scale = scale_of(kind, zoned, digits_of(lower or "", upper or ""))
        if scale is None or lower is None or upper is None:
            problem = f"column '{cut.column}' is {column.spelled[:64]}, whose values have no distances"
            fix = "partition by a number, a date or a timestamp"
            raise RunError(Fault("PARTITION_TYPE", problem, self._address, fix))
        try:
            return predicates(name, scale, scale.number(lower), scale.number(upper), cut.parts)
        except (ValueError, OverflowError):
            problem = f"the bounds of '{cut.column}' are no finite values of its type, {column.spelled[:64]}"
            fix = "state partition.lower and partition.upper"
            raise RunError(Fault("PARTITION_BOUNDS", problem, self._address, fix)) from None

    def _landed(
        self, session: Session, queries: list[str], columns: list[ReadColumn], folder: Path
    ) -> list[tuple[InputFile, int]]:
        """The rows of each query in a file, with their number; several at once where sessions can share a snapshot."""
        stop = Event()
        if not session.shares or self.partition is None or len(queries) == 1:
            return [self._part(session, query, columns, folder, index, stop) for index, query in enumerate(queries)]

        def part(index: int) -> tuple[InputFile, int]:
            with session.joined() if index else nullcontext(session) as joined:
                return self._part(joined, queries[index], columns, folder, index, stop)

        session.joined()  # the snapshot has its name before threads ask for it
        with ThreadPoolExecutor(min(self.partition.connections, len(queries)), "part") as pool:
            work = [pool.submit(part, index) for index in range(len(queries))]
            try:
                return [one.result() for one in work]
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _part(
        self, session: Session, query: str, columns: list[ReadColumn], folder: Path, index: int, stop: Event
    ) -> tuple[InputFile, int]:
        import pyarrow as pa

        from mesh_etl.kernels.text.cells import cell_field, land_cells

        schema = pa.schema([cell_field(column.name, column.offset) for column in columns])
        address = (
            f"{self._address}{'&' if self.relation.query else '?'}part={index + 1}" if self.partition else self._address
        )
        name = hashlib.sha256(f"{self._address} {query}".encode()).hexdigest()[:16]
        batches = _until(stop, session.batches(query, schema.names, self.batch_bytes))
        return land_cells(batches, schema, folder / f"{name}-{index + 1}.arrow", address)


def _count(access: Access) -> str:
    return "count(*)::text" if access.address.scheme == "postgresql" else "CAST(count(*) AS CHAR)"


def _until(stop: Event, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, as long as no other part has failed."""
    for batch in batches:
        if stop.is_set():
            return
        yield batch
