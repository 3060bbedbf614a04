"""The LF-Tags that are set on databases, tables and columns of one account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mesh_etl.govern.state import Columns, Database, Table, TableEntry

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts

MOST_VALUES, PAGE = 50, 100  # of one call
Assigned = dict[Database | Table | Columns, dict[str, str]]


def assigned(
    accounts: Accounts,
    account: str,
    tags: Mapping[tuple[str, str], tuple[str, ...]],
    within: Collection[Database],
    tables: Mapping[Table, TableEntry],
) -> Assigned:
    """The tags of the databases and tables that have any, found by searching for each key with all its values.

    A search tells all tags of what it finds, so the rest of the keys is not asked for once everything was found, each
    column of each table: where a key has a default, that is at once. What the service shows as a resource's own though
    it inherits it, so does this.
    """
    found: Assigned = {}
    left: set[Database | Table] = {*within, *(one for one in tables if Database(account, one.database) in within)}
    for (_, key), values in tags.items():
        if not left:
            break
        for start in range(0, len(values), MOST_VALUES):
            wanted = [{"TagKey": key, "TagValues": list(values[start : start + MOST_VALUES])}]
            asked: dict[str, Any] = {"Expression": wanted, "MaxResults": PAGE}
            for one in accounts.pages(account, "lakeformation", "search_databases_by_lf_tags", "DatabaseList", **asked):
                database = Database(account, one["Database"]["Name"])
                left.discard(database)
                if database in within:
                    _keep(found, database, one.get("LFTags", ()))
            for one in accounts.pages(account, "lakeformation", "search_tables_by_lf_tags", "TableList", **asked):
                table = Table(account, one["Table"]["DatabaseName"], one["Table"]["Name"])
                listed = {column["Name"].lower() for column in one.get("LFTagsOnColumns", ())}
                if table in tables and listed.issuperset(tables[table].columns):
                    left.discard(table)
                if Database(account, table.database) in within:
                    _keep(found, table, one.get("LFTagsOnTable", ()))
                    for column in one.get("LFTagsOnColumns", ()):
                        _keep(found, Columns(table, (column["Name"].lower(),)), column.get("LFTags", ()))
    return found


def _keep(found: Assigned, resource: Database | Table | Columns, tags: Iterable[dict[str, Any]]) -> None:
    for tag in tags:
        found.setdefault(resource, {})[tag["TagKey"]] = tag["TagValues"][0]
