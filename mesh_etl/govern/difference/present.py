"""What can be asked for now: a contract may know columns that no run has published yet."""

from __future__ import annotations

from dataclasses import replace

from mesh_etl.govern.difference.inheritance import column
from mesh_etl.govern.difference.things import published
from mesh_etl.govern.state import Cells, Columns, Filter, GrantKey, Rights, State, Table


def present(observed: State, desired: State) -> tuple[State, dict[Table, tuple[str, ...]]]:
    """What is asked for of the columns that there are, and the columns that wait for the next run, by table.

    A published entry has the columns of its data; those that the contract has and it has not are nothing yet that a
    tag or a grant could name. What the contract drops stays in the entry until it is published without it.
    """
    waiting = {
        table: missing
        for table, entry in desired.tables.items()
        if (found := observed.tables.get(table)) is not None
        and found.kind == entry.kind == "table"
        and published(found)
        and (missing := tuple(name for name in entry.columns if name not in found.columns))
    }
    if not waiting:
        return desired, {}
    hidden = {column(table, name) for table, names in waiting.items() for name in names}
    tables = {
        table: replace(entry, columns=_without(entry.columns, waiting.get(table, ())))
        for table, entry in desired.tables.items()
    }
    assigned = {key: tags for key, tags in desired.assigned.items() if key not in hidden}
    shown = {key: _shown(key, cells, observed.filters.get(key), waiting) for key, cells in desired.filters.items()}
    filters = {key: cells for key, cells in shown.items() if cells is not None}
    grants = _granted(replace(desired, filters=filters), waiting)
    return replace(desired, tables=tables, assigned=assigned, filters=filters, grants=grants), waiting


def _shown(key: Filter, cells: Cells, found: Cells | None, waiting: dict[Table, tuple[str, ...]]) -> Cells | None:
    """The filter without what waits; None where nothing is left.

    Where its rows are told by a column that waits, those of the filter that is there stay, and none are shown by a new
    one.
    """
    missing = waiting.get(key.table, ())
    columns = cells.columns if cells.columns is None else _without(cells.columns, missing)
    rows = cells.rows
    if missing and _names(rows) & set(missing):
        if found is None:
            return None
        rows = found.rows
        columns = columns if columns is None or found.columns is None else _both(columns, found.columns)
    return None if columns == () else replace(cells, rows=rows, columns=columns)


def _names(rows: str) -> set[str]:
    """The columns that a condition on rows names."""
    if not rows:
        return set()
    import sqlglot
    from sqlglot import exp

    return {one.name.lower() for one in sqlglot.parse_one(rows, dialect="athena").find_all(exp.Column)}


def _both(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in others)


def _granted(desired: State, waiting: dict[Table, tuple[str, ...]]) -> dict[GrantKey, Rights]:
    found: dict[GrantKey, Rights] = {}
    for key, rights in desired.grants.items():
        match key.resource:
            case Columns(table, names) if table in waiting:
                left = _without(names, waiting[table])
                if left:
                    found[key._replace(resource=Columns(table, left))] = rights
            case Filter(table) if table in waiting and key.resource not in desired.filters:
                continue
            case _:
                found[key] = rights
    return found


def _without(names: tuple[str, ...], missing: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in missing)
