"""PostgreSQL through ADBC: rows arrive as Arrow over COPY, as a stream, in one read-only snapshot."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from ssl import get_default_verify_paths
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError, did_you_mean
from mesh_etl.sources.databases.columns import StoredColumn
from mesh_etl.sources.databases.postgresql_types import PostgresType, rendered
from mesh_etl.sources.databases.session import Access, Relation, refused, source_of

if TYPE_CHECKING:
    import pyarrow as pa

# The text of values depends on these; rows come in the same order each time without parallel or synchronised scans.
_SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "extra_float_digits": "3",
    "standard_conforming_strings": "on",
    "lock_timeout": "60s",
    "synchronize_seqscans": "off",
    "max_parallel_workers_per_gather": "0",
}
_TLS = {"prefer": "prefer", "require": "require", "verify": "verify-full"}
_BATCH_BYTES = "adbc.postgresql.batch_size_hint_bytes"

_TYPES = """
SELECT t.oid::text, t.typname::text, t.typtype::text, t.typcategory::text, t.typbasetype::text, t.typtypmod::text,
  t.typelem::text, (e.extname IS NOT NULL)::text
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE t.oid IN ({oids})"""
_MODIFIERS = """
SELECT attname::text, atttypmod::text FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.to_regclass({table}) AND attnum > 0 AND NOT attisdropped"""
_TABLES = """
SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND {schema} ORDER BY 1 LIMIT 10000"""


class PostgresSession:
    """One transaction, REPEATABLE READ and READ ONLY; others join its snapshot."""

    shares = True

    def __init__(self, access: Access, password: str | None, snapshot: str | None = None) -> None:
        self._access, self._password, self._snapshot = access, password, snapshot
        self._where = str(access.address)
        self._connection: Any = None

    def __enter__(self) -> PostgresSession:
        from adbc_driver_postgresql import dbapi

        with self._explained(connecting=True):
            self._connection = dbapi.connect(self._conninfo())
        try:
            self._execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if self._snapshot:
                self._execute(f"SET TRANSACTION SNAPSHOT {_literal(self._snapshot)}")
            settings = {**_SETTINGS, "statement_timeout": f"{self._access.timeout}s"}
            self.one(
                "SELECT concat("
                + ", ".join(f"set_config('{name}', '{one}', true)" for name, one in settings.items())
                + ")"
            )
            if self.one("SELECT current_setting('server_encoding')") == ("SQL_ASCII",):
                problem, fix = "the database does not know the encoding of its text", "read it from a UTF8 database"
                raise RunError(Fault("DATABASE_ENCODING", problem, self._where, fix))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        connection, self._connection = self._connection, None
        connection.close()

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def columns(self, relation: Relation) -> list[StoredColumn]:
        if relation.table:
            self._require(relation.table)
        source = source_of(self, relation)
        with self._explained(), self._connection.cursor() as cursor:
            names = cursor.adbc_execute_schema(f"SELECT * FROM {source}").names
        if len(set(names)) < len(names):
            twice = {name for name in names if names.count(name) > 1}
            listed = ", ".join(f"'{name[:64]}'" for name in sorted(twice))
            raise RunError(
                Fault("COLUMN_DUPLICATE", f"the query repeats {listed}", self._where, "name each differently")
            )
        if not names:
            return []
        # pg_typeof tells the type of a NULL as well: the outer join makes one row of them, and no row is read.
        typed = ", ".join(f"pg_typeof(r.{self.quoted(name)})::oid::text" for name in names)
        empty = f"(SELECT * FROM {source} LIMIT 0) AS r"
        oids = [str(oid) for oid in self.one(f"SELECT {typed} FROM (SELECT 1) AS one LEFT JOIN {empty} ON true")]
        types = self._types(set(oids))
        modifiers = self._modifiers(relation)
        return [
            rendered(name, f"r.{self.quoted(name)}", types[oid], types, modifiers.get(name, -1))
            for name, oid in zip(names, oids, strict=True)
        ]

    def one(self, sql: str) -> tuple[str | None, ...]:
        with self._explained(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
        return tuple(row)

    def batches(self, sql: str, names: Sequence[str], size: int) -> Generator[pa.RecordBatch]:
        with self._explained(), self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{_BATCH_BYTES: str(size)})
            cursor.execute(sql)
            yield from cursor._results.reader  # the public fetch_record_batch() loses the state of an error

    def joined(self) -> PostgresSession:
        if self._snapshot is None:
            self._snapshot = self.one("SELECT pg_export_snapshot()")[0]
        return PostgresSession(self._access, self._password, self._snapshot)

    def _execute(self, sql: str) -> None:
        with self._explained(), self._connection.cursor() as cursor:
            cursor.execute(sql)

    def _rows(self, sql: str) -> list[tuple[str | None, ...]]:
        with self._explained(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def _require(self, table: tuple[str, ...]) -> None:
        name = _literal(".".join(self.quoted(part) for part in table))
        if self.one(f"SELECT pg_catalog.to_regclass({name})::text") != (None,):
            return
        schema = f"n.nspname = {_literal(table[0])}" if len(table) > 1 else "pg_catalog.pg_table_is_visible(c.oid)"
        known = [str(row[0]) for row in self._rows(_TABLES.format(schema=schema))]
        close = did_you_mean(table[-1], known)
        fix = close if close.startswith("did") else "write it as schema.table, in the spelling of the catalogue"
        raise RunError(Fault("TABLE_MISSING", f"there is no table '{'.'.join(table)}'", self._where, fix))

    def _types(self, oids: set[str]) -> dict[str, PostgresType]:
        """The types with those that they are made of: the bases of domains, the items of arrays."""
        found: dict[str, PostgresType] = {}
        while missing := oids - found.keys():
            for row in self._rows(_TYPES.format(oids=", ".join(sorted(missing)))):
                oid, name, kind, category, base, modifier, item, extension = map(str, row)
                found[oid] = PostgresType(name, kind, category, base, int(modifier), item, extension == "true")
                oids = oids | {one for one in (base, item) if one != "0"}
        return found

    def _modifiers(self, relation: Relation) -> dict[str, int]:
        if not relation.table:
            return {}
        name = _literal(".".join(self.quoted(part) for part in relation.table))
        return {str(column): int(str(modifier)) for column, modifier in self._rows(_MODIFIERS.format(table=name))}

    def _conninfo(self) -> str:
        access = self._access
        settings = {
            "host": access.address.host,
            "port": str(access.address.port),
            "dbname": access.address.database,
            "user": access.user,
            "password": self._password,
            "client_encoding": "UTF8",
            "application_name": "mesh_etl",
            "connect_timeout": str(access.connect_timeout),
            "tcp_user_timeout": "60000",  # milliseconds without an acknowledgement: the other side is gone
            "sslmode": _TLS[access.tls],
            "sslrootcert": _authorities(access) if access.tls == "verify" else None,
        }
        quoted = {name: one.replace("\\", "\\\\").replace("'", "\\'") for name, one in settings.items() if one}
        return " ".join(f"{name}='{one}'" for name, one in quoted.items())

    @contextmanager
    def _explained(self, connecting: bool = False) -> Iterator[None]:
        import adbc_driver_manager

        try:
            yield
        except adbc_driver_manager.Error as error:
            state = error.sqlstate or ""
            raise refused(_unconnected(str(error)) if connecting else _code(state), self._where, state) from None


def _authorities(access: Access) -> str | None:
    """The driver brings a library of its own, which does not know where this system keeps its authorities."""
    return access.tls_ca or get_default_verify_paths().cafile or "system"


def _code(state: str) -> str:
    if state == "42501" or state.startswith("28"):
        return "ACCESS_DENIED"
    if state in ("57014", "55P03"):
        return "DATABASE_TIMEOUT"
    if not state or state.startswith(("08", "57P", "58", "53", "XX")):
        return "DATABASE_LOST"
    return "QUERY_REFUSED"


def _unconnected(text: str) -> str:
    """A refused connection comes without a state: the words of the server tell, as far as it speaks English."""
    if "password" in text or "authentication" in text or "pg_hba.conf" in text or 'role "' in text:
        return "ACCESS_DENIED"
    return "DATABASE_MISSING" if 'database "' in text and "does not exist" in text else "DATABASE_UNREACHABLE"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
