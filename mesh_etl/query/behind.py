"""Views that a query names, and the tables behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.principals import principal
from mesh_etl.query.statement import TableName
from mesh_etl.views.dialects import Place, written

if TYPE_CHECKING:
    from mesh_etl.govern.reading import Reader
    from mesh_etl.views import Viewed, Views


@dataclass(frozen=True)
class Behind:
    """The tables that a query reads, those behind views included, and its views, each with its SELECT for DuckDB."""

    tables: tuple[TableName, ...]
    views: tuple[tuple[TableName, str], ...] = ()


def behind(names: Iterable[TableName], views: Views | None, closed: bool = False) -> Behind:
    """What is to be shown for these names; of `closed` views the question's conditions see no row that is not shown.

    Behind a view with a definer are whole tables, which the query itself cannot name; behind one without are those that
    the reader sees. Raises `PlanError`: QUERY_REFUSED for the versions or the quarantine of a view; and `ConfigError`
    with the faults of a view.
    """
    tables: dict[TableName, None] = {}
    found = []
    for name in names:
        view = views.view(name.product) if views and name.product in views.project.views() else None
        if view is None:
            tables[name] = None
            continue
        if name.version or name.quarantine:
            fix = f"read {', '.join(view.sources)}, which it is made of"
            raise PlanError(Fault("QUERY_REFUSED", f"{name.product} is a view: it keeps no rows itself", "query", fix))
        tables |= dict.fromkeys(_sources(view))
        found.append((name, _closed(_select(view)) if closed else _select(view)))
    return Behind(tuple(tables), tuple(found))


def require_reader(reader: Reader, name: TableName) -> None:
    """The reader may read some of the view, which is settled before what is behind it. Raises `PlanError`."""
    access = reader.access(name.product)
    if access.verdict == "denied":
        raise PlanError(reader.denied(access, name.product, "query"))


def require_definer(reader: Reader, name: TableName) -> None:
    """The definer of the view that reads the table may read all of it, as AWS asks.

    Raises `PlanError` ACCESS_DENIED: what its author may not see, a view cannot show to others.
    """
    definer = replace(reader, principal=principal(reader.mesh, name.behind))
    if definer.access(name.product).verdict != "allowed":
        problem = f"a view reads {name.product} with the rights of {name.behind}, who may not read all of it"
        fix = f"its owner adds '{name.behind}' to the principals of a role in the contract of {name.product}"
        raise PlanError(Fault("ACCESS_DENIED", problem, "query", fix))


def _sources(view: Viewed) -> Iterator[TableName]:
    for source in view.sources:
        yield TableName(source, behind=view.definer)


def _closed(select: str) -> str:
    """The SELECT, whose rows are made before anything is asked of them: what fails would tell of others."""
    return f"WITH made AS MATERIALIZED ({select}) SELECT * FROM made"


def _select(view: Viewed) -> str:
    def place(product: str) -> Place:
        return TableName(product, behind=view.definer).view

    try:
        return written(view.sql, "duckdb", place)
    except ValueError as error:
        problem = f"{view.product} cannot be read here: {error}"
        fix = "say it in the view by what every dialect has, or query it in Athena"
        raise PlanError(Fault("VIEW_DIALECT", problem, view.loaded.path.as_posix(), fix)) from None
