"""One snapshot of a table or a query, brought into files part by part, and counted by the database itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import islice
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
_FIRST_BATCHES = 2  # of a look at the first rows


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
        with self._session(secrets) as session:
            stored = session.columns(self.relation)
            columns = chosen(self.wanted, stored, self._address)
            source = self._source(session)
            count = int(str(session.one(f"SELECT {_count(self.access)} FROM {source}")[0]))
            parts = self._parts(session, stored, source)
            queries = [f"{_select(columns)} FROM {source} AND ({part})" for part in parts]
            landed = self._landed(session, queries, columns, Path(folder))
        rows = sum(found for _, found in landed)
        if rows != count:
            problem = f"{rows} rows have come, the database counts {count}"
            raise RunError(Fault("ROWS_MISSING", problem, self._address, "run again"), retryable=True)
        return [file for file, _ in landed]

    def land_first(self, folder: str, secrets: Mapping[str, str], rows: int) -> tuple[list[InputFile], bool]:
        """In one file, in the order in which the database gives them; it is asked for no further row.

        There are less than `rows` where so many would be more than two batches of `batch_bytes`. Raises as `land`.
        """
        with self._session(secrets) as session:
            columns = chosen(self.wanted, session.columns(self.relation), self._address)
            query = f"{_select(columns)} FROM {self._source(session)} LIMIT {rows + 1}"
            with closing(session.batches(query, _names(columns), self.batch_bytes)) as batches:
                file, landed = self._written(islice(batches, _FIRST_BATCHES), query, columns, Path(folder), 0)
                whole = landed <= rows and next(batches, None) is None
        return [file], whole

    def _session(self, secrets: Mapping[str, str]) -> Session:
        return session_with(self.access, secrets[self.access.password] if self.access.password else None)

    def _source(self, session: Session) -> str:
        return f"{source_of(session, self.relation)} WHERE ({self.predicate or EVERYTHING})"

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
        batches = _until(stop, session.batches(query, _names(columns), self.batch_bytes))
        return self._written(batches, query, columns, folder, index)

    def _written(
        self, batches: Iterator[pa.RecordBatch], query: str, columns: list[ReadColumn], folder: Path, index: int
    ) -> tuple[InputFile, int]:
        """The rows in a file whose name tells the query, and their number."""
        import pyarrow as pa

        from mesh_etl.kernels.text.cells import cell_field, land_cells

        schema = pa.schema([cell_field(column.name, column.offset) for column in columns])
        address = (
            f"{self._address}{'&' if self.relation.query else '?'}part={index + 1}" if self.partition else self._address
        )
        name = hashlib.sha256(f"{self._address} {query}".encode()).hexdigest()[:16]
        return land_cells(batches, schema, folder / f"{name}-{index + 1}.arrow", address)


def _select(columns: list[ReadColumn]) -> str:
    return "SELECT " + ", ".join(f"{column.sql} AS c{index}" for index, column in enumerate(columns))


def _names(columns: list[ReadColumn]) -> list[str]:
    return [column.name for column in columns]


def _count(access: Access) -> str:
    return "count(*)::text" if access.address.scheme == "postgresql" else "CAST(count(*) AS CHAR)"


def _until(stop: Event, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, as long as no other part has failed."""
    for batch in batches:
        if stop.is_set():
            return
        yield batch
