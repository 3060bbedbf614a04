"""Ask DuckDB: a database in memory that holds views of the named tables and reaches no other file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.query import arrow_files, views
from mesh_etl.query.behind import behind, require_definer, require_reader
from mesh_etl.query.noted import Noted
from mesh_etl.query.shown import held
from mesh_etl.tables.quarantine import not_older
from mesh_etl.tables.versions import numbered

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.govern.reading import Reader
    from mesh_etl.query.statement import Statement, TableName
    from mesh_etl.tables.ledger import Ledger
    from mesh_etl.views import Views

_PART = 2_048  # rows
# These say which name or type does not fit; all others could quote a cell.
_TELLING = ("BinderException", "CatalogException", "ParserException", "SyntaxException")


@dataclass(frozen=True)
class Answer:
    """The columns of a result, with DuckDB's types, and its rows, which are read as they are asked for."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def ask(
    statement: Statement,
    project: Project,
    ledger_of: Callable[[str], Ledger],
    seen: Views | None = None,
    reader: Reader | None = None,
) -> Iterator[Answer]:
    """The statement's answer, over the newest version of each table, or the one that it names.

    `ledger_of` opens the ledger of a product; `seen` has the project's views. `reader` is who asks: columns and rows
    that nothing shows to it do not exist then. Without one it is the owner of everything.

    Raises `PlanError`: NOT_RUN_YET for a product without a table, ACCESS_DENIED for one that shows the reader nothing,
    QUERY_REFUSED for functions that would tell a reader of more; `RunError`: DUCKDB_MISSING, QUERY_INVALID for names
    and types that do not fit, QUERY_FAILED without the engine's text, which could hold a value.
    """
    if find_spec("duckdb") is None:
        fix = "pip install 'mesh_etl[query]'"
        raise RunError(Fault("DUCKDB_MISSING", "queries need DuckDB", "query", fix))
    import duckdb

    with Noted(statement, reader) as noted, _translated(), duckdb.connect(":memory:", config=_settings()) as database:
        sql = statement.sql if reader is None else statement.discreet()
        wanted = behind(statement.tables, seen, reader is not None)
        ledgers = {name: _ledger(name, ledger_of, reader) for name in wanted.tables}
        roots = ", ".join("'" + ledger.layout.root.replace("'", "''") + "'" for ledger in ledgers.values())
        database.execute("SET TimeZone = 'UTC'")
        database.execute(f"SET allowed_directories = [{roots}]")
        database.execute("SET enable_external_access = false")
        if reader is not None:
            # Else DuckDB may try the question's conditions on rows that are not shown, or tell of their statistics.
            database.execute("SET disabled_optimizers = 'cte_filter_pusher,statistics_propagation'")
            for name, _ in wanted.views:
                require_reader(reader, name)
        for name, ledger in ledgers.items():
            _show(database, name, ledger, project, reader)
        for name, select in wanted.views:
            given = [str(row[0]) for row in database.execute(f"DESCRIBE {select}").fetchall()]
            _put(database, name, _held(select, given, {}, name, reader))
        database.execute("SET lock_configuration = true")
        result = database.sql(sql)
        names = tuple(_distinct(result.columns))
        noted.allowed()
        yield Answer(names, tuple(str(kind) for kind in result.types), _rows(result.to_arrow_reader(_PART)))


def _settings() -> dict[str, str | bool | int | float | list[str]]:
    return {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


def _ledger(name: TableName, ledger_of: Callable[[str], Ledger], reader: Reader | None) -> Ledger:
    """The ledger of the table, or of the one that a view with masked columns shows."""
    ledger = ledger_of(reader.views.get(name.product, name.product) if reader else name.product)
    if not ledger.seqs():
        fix = f"run it first: mesh-etl run {name.product}"
        raise PlanError(Fault("NOT_RUN_YET", f"{name.product} has no table yet", "query", fix))
    return ledger


def _show(database: Any, name: TableName, ledger: Ledger, project: Project, reader: Reader | None) -> None:
    """The table is a view of its product's name; refused rows are shown for as long as the product's job keeps them."""

    def columns_of(source: str) -> set[str]:
        return {str(row[0]).lower() for row in database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}

    def refused(paths: list[str]) -> str:
        if not arrow_files.is_needed(ledger):
            return views.parquet(paths)
        source = f'"{paths[0]} by Arrow"'
        database.register(source.strip('"'), arrow_files.quarantine(ledger, paths))
        return source

    if name.quarantine:
        if reader is not None and not reader.may_see_raw(name.product):
            fix = "its owners look into it"
            problem = f"{reader.name} may not read refused rows of {name.product}: they are raw, with all columns"
            raise PlanError(Fault("ACCESS_DENIED", problem, "query", fix))
        age = project.job(name.product).job.quarantine.age
        select = views.quarantine(ledger, not_older(ledger.state().refused.values(), age), refused)
    else:
        seq = numbered(ledger.state(), name.version, name.product, "query") if name.version else None
        head = ledger.snapshot(seq)
        assert head is not None, "a ledger with entries has a head"
        source = ""
        if arrow_files.is_needed(ledger, head.entry.file_format):
            source = f'"{".".join(name.view)} by Arrow"'
            database.register(source.strip('"'), arrow_files.table(ledger, head))
        select = views.table(ledger, head, columns_of, source)
        names = [column for column, _ in views.columns(ledger, head)]
        derived = {key.name: key.column for key in head.entry.partition_by if key.transform != "identity"}
        select = _held(select, names, derived, name, reader)
    _put(database, name, select)


def _held(select: str, names: list[str], derived: dict[str, str], name: TableName, reader: Reader | None) -> str:
    """What the reader is shown of a table; what a view reads, its definer does."""
    if reader is None:
        return select
    if name.behind:
        require_definer(reader, name)
        return select
    return held(select, names, reader.shown(name.product, names, derived, "query"))


def _put(database: Any, name: TableName, select: str) -> None:
    schema, view = name.view
    database.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    database.execute(f'CREATE VIEW "{schema}"."{view}" AS {select}')


def _rows(batches: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of Arrow batches, whose moments need no further library, as they are made."""
    while True:
        try:
            batch = next(batches, None)
        except OSError as error:  # Arrow's reader knows no other way to pass on DuckDB's error
            raise RunError(_failed(str(error).partition(":")[0])) from None
        if batch is None:
            return
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _distinct(names: list[str]) -> Iterator[str]:
    """The names with a number behind those that came before, so that each can be a key."""
    taken: set[str] = set()
    for name in names:
        unique, copy = name, 0
        while unique in taken:
            copy += 1
            unique = f"{name}_{copy}"
        taken.add(unique)
        yield unique


@contextmanager
def _translated() -> Iterator[None]:
    """DuckDB's errors inside become coded ones without a value in them."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        kind = type(error).__name__
        if kind in _TELLING:
            text = str(error).split("\n", 1)[0].partition(": ")[2].rstrip("!")
            fix = "mend the query: it is DuckDB's SQL, over the columns of the contracts"
            raise PlanError(Fault("QUERY_INVALID", text, "query", fix)) from None
        raise RunError(_failed(kind)) from None


def _failed(kind: str) -> Fault:
    unread = "check that the files of the tables are there, whole, and yours to read: mesh-etl verify"
    fix = unread if kind == "IOException" else "check casts, divisions and sizes"
    return Fault("QUERY_FAILED", f"the query failed: {kind}", "query", fix)
