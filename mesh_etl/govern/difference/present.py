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
    filters = {key: _shown(key, cells, waiting) for key, cells in desired.filters.items()}
    grants = _granted(desired, waiting)
    return replace(desired, tables=tables, assigned=assigned, filters=filters, grants=grants), waiting


def _shown(key: Filter, cells: Cells, waiting: dict[Table, tuple[str, ...]]) -> Cells:
    if cells.columns is None or key.table not in waiting:
        return cells
    return replace(cells, columns=_without(cells.columns, waiting[key.table]))


def _granted(desired: State, waiting: dict[Table, tuple[str, ...]]) -> dict[GrantKey, Rights]:
    found: dict[GrantKey, Rights] = {}
    for key, rights in desired.grants.items():
        match key.resource:
            case Columns(table, names) if table in waiting:
                left = _without(names, waiting[table])
                if left:
                    found[key._replace(resource=Columns(table, left))] = rights
            case _:
                found[key] = rights
    return found


def _without(names: tuple[str, ...], missing: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in missing)
