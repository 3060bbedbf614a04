"""What has certain tags: what a grant by tag would give.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_SearchTablesByLFTags.html
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.lakeformation import inheritance, permissions, rights, seen_table
from mesh_etl.embedded_aws.lakeformation.resources import spelled
from mesh_etl.embedded_aws.lakeformation.settings import denied
from mesh_etl.embedded_aws.lakeformation.tagging import Shown
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 100


@operation("lakeformation.SearchDatabasesByLFTags", "Expression", "NextToken", "MaxResults")
def search_databases_by_lf_tags(call: Call) -> Body:
    """The databases whose tags match and that the caller may describe, in pages."""
    wanted, after, rows, shown = _expression(call), seen(call), [], Shown(call, call.catalog)
    for name in _names(call, "SELECT name FROM databases WHERE catalog = ? AND name > ? ORDER BY name", after):
        tags = inheritance.tagged(call, call.catalog, name).database
        if inheritance.matches(wanted, tags) and rights.has(call, "DESCRIBE", call.account, name):
            database = {"CatalogId": call.account, "Name": name}
            rows.append((name, {"Database": database, "LFTags": shown(tags)}))
    found, more = page(call, rows, MOST)
    return {"DatabaseList": found, **more}


@operation("lakeformation.SearchTablesByLFTags", "Expression", "NextToken", "MaxResults")
def search_tables_by_lf_tags(call: Call) -> Body:
    """The tables whose tags match, or those of one of their columns, with the columns that do, in pages."""
    rows = list(islice(_matching(call, _expression(call), seen(call)), call.get("MaxResults", MOST) + 1))
    taken, more = page(call, rows, MOST)
    return {"TableList": taken, **more}


def _matching(call: Call, wanted: dict[str, list[str]], after: str) -> Iterator[tuple[str, Body]]:
    """What matches, in order, as it is asked for; `after` is the last one of the page before."""
    shown, start = Shown(call, call.catalog), after.partition("/")[0]
    for base in _names(call, "SELECT name FROM databases WHERE catalog = ? AND name >= ? ORDER BY name", start):
        some = dict(inheritance.tagged_tables(call, call.catalog, base))
        database = inheritance.tagged(call, call.catalog, base)
        for name in _names(call, "SELECT name FROM tables WHERE catalog = ? AND base = ? ORDER BY name", base):
            if f"{base}/{name}" <= after:
                continue
            found = _found(call, wanted, base, name, some.get(name, database), shown)
            if found:
                yield f"{base}/{name}", found


def _expression(call: Call) -> dict[str, list[str]]:
    if call.account != call.caller_account:
        raise denied("the resources of another account")
    wanted = spelled(call["Expression"])
    permissions.require_tags(call, call.catalog, wanted)
    return wanted


def _names(call: Call, sql: str, value: str) -> Iterator[str]:
    for (name,) in call.sql.execute(sql, (call.catalog, value)).fetchall():
        yield str(name)


def _found(
    call: Call, wanted: dict[str, list[str]], base: str, name: str, tags: inheritance.Tagged, shown: Shown
) -> Body | None:
    columns = seen_table.columns_of(call, call.catalog, base, name)
    matching = [one for one in sorted(columns) if inheritance.matches(wanted, tags.on_column(one))]
    if not matching and not inheritance.matches(wanted, tags.on_table()):
        return None
    if not rights.has(call, "DESCRIBE", call.account, base, name):
        return None
    listed = [{"Name": one, "LFTags": shown(tags.on_column(one))} for one in matching]
    return {
        "Table": {"CatalogId": call.account, "DatabaseName": base, "Name": name},
        "LFTagOnDatabase": shown(tags.database),
        "LFTagsOnTable": shown(tags.on_table()),
        "LFTagsOnColumns": listed,
    }
