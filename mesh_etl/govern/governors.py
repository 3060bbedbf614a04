"""What those who govern need for their own work: to make, change and drop entries, and never to read data.

An administrator of the data lake may grant everything, and change or drop nothing that it has no right on.
Source: https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mesh_etl.govern.difference import Claims
from mesh_etl.govern.difference.bounds import thing
from mesh_etl.govern.state import AllTables, Database, DatabaseEntry, GrantKey, Resource, Rights, State

ON_LINK = Rights(frozenset({"DESCRIBE", "DROP"}))
ON_DATABASE = Rights(frozenset({"ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"}))
ON_TABLES = Rights(frozenset({"ALTER", "DESCRIBE", "DROP"}))


def with_governors(desired: State, observed: State, claims: Claims) -> State:
    """The state with the rights of each account's governor on the databases of the mesh there.

    Databases that were made before and are asked for no more are among them, so that they can be dropped.
    """
    old = {key: entry for key, entry in observed.databases.items() if thing("databases", key) in claims.things}
    databases: Mapping[Database, DatabaseEntry] = {**old, **desired.databases}
    added: dict[GrantKey, Rights] = {}
    for database, entry in databases.items():
        settings = desired.settings.get(database.catalog)
        for admin in settings.admins if settings else ():
            for resource, rights in _needed(database, entry):
                key = GrantKey(database.catalog, admin, resource)
                stated = desired.grants.get(key)
                added[key] = rights | stated if stated else rights
    return replace(desired, grants={**desired.grants, **added})


def _needed(database: Database, entry: DatabaseEntry) -> list[tuple[Resource, Rights]]:
    if entry.target is not None:
        return [(database, ON_LINK)]
    return [(database, ON_DATABASE), (AllTables(database.catalog, database.name), ON_TABLES)]
