"""Columns that the data have and no contract: nobody says any more who may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mesh_etl.govern.difference.inheritance import Tagable, column, effective
from mesh_etl.govern.difference.things import published
from mesh_etl.govern.state import State


def unjudged(observed: State, desired: State, strictest: Mapping[str, str]) -> State:
    """The state with the `strictest` value of each tag asked for on columns of the data that no contract has.

    A column that a contract has dropped is closed before the next run drops it from the table. Whether Lake Formation
    forgets its tags then is not documented: if it comes back under that name, it is as closed as it left.
    """
    closed: dict[Tagable, Mapping[str, str]] = {}
    for table, entry in desired.tables.items():
        found = observed.tables.get(table)
        if found is None or found.kind != "table" or entry.kind != "table" or not published(found):
            continue
        for name in set(found.columns) - set(entry.columns):
            one = column(table, name)
            tags = {key: value for key, value in strictest.items() if (table.catalog, key) in desired.tags}
            if tags and {**effective(observed.assigned, one), **tags} != effective(observed.assigned, one):
                closed[one] = {**observed.assigned.get(one, {}), **tags}
            elif one in observed.assigned:
                closed[one] = observed.assigned[one]
    return replace(desired, assigned={**desired.assigned, **closed}) if closed else desired
