"""MariaDB and MySQL through PyMySQL: rows arrive one by one from a result that the client never holds whole."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from ssl import CERT_NONE, SSLContext, create_default_context
from typing import TYPE_CHECKING, Any, NoReturn

from mesh_etl.errors import Fault, RunError, did_you_mean
from mesh_etl.sources.databases.columns import StoredColumn
from mesh_etl.sources.databases.mariadb_types import MariaField, rendered
from mesh_etl.sources.databases.session import Access, Relation, refused, source_of

if TYPE_CHECKING:
    import pyarrow as pa

_SETTINGS = (
    "SET SESSION time_zone = '+00:00', sql_mode = 'ONLY_FULL_GROUP_BY', net_write_timeout = 3600",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
BATCH_ROWS = 64_000

_DENIED = {1044, 1045, 1142, 1143, 1227, 1370, 1698, 3118, 4151}
_LOST = {1053, 1077, 1079, 1080, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2014, 2055, 4031}
_TIMED_OUT = {1205, 1317, 1969, 3024}
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = {schema} ORDER BY 1 LIMIT 10000"


class MariaSession:
    """One read-only transaction with a consistent snapshot, which InnoDB keeps and no other session can join."""

    shares = False

    def __init__(self, access: Access, password: str | None) -> None:
        self._access, self._password = access, password
        self._where = str(access.address)
        self._connection: Any = None

    def __enter__(self) -> MariaSession:
        import pymysql
        from pymysql.cursors import Cursor

        access = self._access
        with self._explained(connecting=True):
            self._connection = pymysql.connect(
                host=access.address.host,
                port=access.address.port,
                user=access.user,
                password=self._password or "",
                database=access.address.database,
                charset="utf8mb4",
                conv={},  # every value stays the text that the server wrote
                use_unicode=False,
                autocommit=True,
                local_infile=False,
                connect_timeout=access.connect_timeout,
                read_timeout=access.connect_timeout,
                program_name="mesh_etl",
                cursorclass=Cursor,
                ssl=_tls(access),
            )
        self._connection._read_timeout = access.timeout  # that for the handshake was another
        try:
            for statement in _SETTINGS:
                self._rows(statement)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        connection, self._connection = self._connection, None
        connection._force_close()  # a polite end would first read what is left of a result

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def columns(self, relation: Relation) -> list[StoredColumn]:
        if relation.table:
            self._require(relation.table)
        with self._explained(), self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {source_of(self, relation)} LIMIT 0")
            fields = cursor._result.fields  # the description of PEP 249 leaves out the character set and the flags
        found = []
        for one in fields:
            field = MariaField(one.name, one.type_code, one.length, one.scale, one.charsetnr, one.flags)
            found.append(rendered(field, f"r.{self.quoted(one.name)}"))
        return found

    def one(self, sql: str) -> tuple[str | None, ...]:
        return self._rows(sql)[0]

    def batches(self, sql: str, names: Sequence[str], size: int) -> Generator[pa.RecordBatch]:
        from pymysql.cursors import SSCursor

        with self._explained():
            cursor = self._connection.cursor(SSCursor)
            cursor.execute(sql)
            try:
                yield from _batches(cursor, names, size)
            except BaseException:
                cursor._result.unbuffered_active = False  # else its end would read what is left of the rows
                raise

    def joined(self) -> NoReturn:
        raise TypeError("a snapshot of MariaDB cannot be shared")

    def _rows(self, sql: str) -> list[tuple[str | None, ...]]:
        with self._explained(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall()
        return [tuple(None if cell is None else cell.decode() for cell in row) for row in rows]

    def _require(self, table: tuple[str, ...]) -> None:
        schema = _literal(table[0]) if len(table) > 1 else "DATABASE()"
        known = [str(row[0]) for row in self._rows(_TABLES.format(schema=schema))]
        if table[-1] in known:
            return
        close = did_you_mean(table[-1], known)
        fix = close if close.startswith("did") else "write it as database.table, in the spelling of the catalogue"
        raise RunError(Fault("TABLE_MISSING", f"there is no table '{'.'.join(table)}'", self._where, fix))

    @contextmanager
    def _explained(self, connecting: bool = False) -> Iterator[None]:
        import pymysql

        try:
            yield
        except pymysql.err.MySQLError as error:
            number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            late = not connecting and number in _LOST and "timed out" in str(error)  # PyMySQL's own words
            code = "DATABASE_TIMEOUT" if late else _code(number, connecting)
            raise refused(code, self._where, str(number or "")) from None
        except OSError:
            raise refused("DATABASE_UNREACHABLE" if connecting else "DATABASE_LOST", self._where) from None


def _tls(access: Access) -> SSLContext | None:
    """A context of our own: PyMySQL's options check no name where they are given no authorities."""
    if access.tls == "prefer":
        return None
    context = create_default_context(cafile=access.tls_ca)
    if access.tls == "require":
        context.check_hostname, context.verify_mode = False, CERT_NONE
    return context


def _code(number: int, connecting: bool) -> str:
    if number in _DENIED:
        return "ACCESS_DENIED"
    if number == 1049:
        return "DATABASE_MISSING"
    if connecting:
        return "DATABASE_UNREACHABLE"
    if number in _TIMED_OUT:
        return "DATABASE_TIMEOUT"
    return "DATABASE_LOST" if number in _LOST or not number else "QUERY_REFUSED"


def _batches(cursor: Any, names: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
    rows: list[tuple[bytes | None, ...]] = []
    held = 0
    while row := cursor.fetchone():
        rows.append(row)
        held += sum(len(cell) for cell in row if cell)
        if held >= size or len(rows) >= BATCH_ROWS:
            yield _batch(rows, names)
            rows, held = [], 0
    if rows:
        yield _batch(rows, names)


def _batch(rows: list[tuple[bytes | None, ...]], names: Sequence[str]) -> pa.RecordBatch:
    import pyarrow as pa

    columns = [pa.array(cells, pa.binary()).cast(pa.string()) for cells in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
