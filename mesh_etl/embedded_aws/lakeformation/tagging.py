"""Tags on databases, tables and columns: one value of each key.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-assigning-tags.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-view-resource-tags.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import Refusal, invalid, missing
from mesh_etl.embedded_aws.lakeformation import held, inheritance, permissions, rights, seen_table, settings
from mesh_etl.embedded_aws.lakeformation.authority import has_tag
from mesh_etl.embedded_aws.lakeformation.resources import Place, read
from mesh_etl.embedded_aws.lakeformation.settings import denied
from mesh_etl.embedded_aws.lakeformation.tags import visible
from mesh_etl.embedded_aws.operations import Body, Call, operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh_etl.embedded_aws.lakeformation.inheritance import Tags

MOST_TAGS = 50
TAGGABLE = ("database", "table", "columns")
ON_DATABASE = ("DESCRIBE", "CREATE_TABLE", "ALTER", "DROP")
ON_TABLE = ("DESCRIBE", "ALTER", "DROP", "INSERT", "SELECT", "DELETE")


@operation("lakeformation.AddLFTagsToResource", "Resource", "LFTags", writes=True)
def add_lf_tags_to_resource(call: Call) -> Body:
    """The thing has these tags, in place of other values of their keys, but for those that the answer names."""
    place = _owned(call)
    return _each(call, place, _add)


@operation("lakeformation.RemoveLFTagsFromResource", "Resource", "LFTags", writes=True)
def remove_lf_tags_from_resource(call: Call) -> Body:
    """The tags are not set on the thing itself any more, but for those that the answer names."""
    place = _owned(call)
    return _each(call, place, _remove)


@operation("lakeformation.GetResourceLFTags", "Resource", "ShowAssignedLFTags")
def get_resource_lf_tags(call: Call) -> Body:
    """The tags that hold for the thing, or those alone that are set on it and its columns.

    Not documented; chosen: what is inherited is shown by default at each level below, as it is in effect there.
    """
    place = _place(call)
    permissions.require(call, place)
    rights.refuse_unless(call, "DESCRIBE", place.account, place.base, place.name or None)
    own, owner = bool(call.get("ShowAssignedLFTags")), place.owner
    shown = Shown(call, owner)
    found = inheritance.tagged(call, owner, place.base, place.name)
    database = {"LFTagOnDatabase": shown(found.database)} if place.kind == "database" or not own else {}
    if place.kind == "database":
        return _filled(database)
    named = place.included if place.kind == "columns" else None
    every = seen_table.columns_of(call, owner, place.base, place.name)
    some = sorted(every if named is None else every & named)
    columns = {name: found.columns.get(name, {}) if own else found.on_column(name) for name in some}
    listed = [{"Name": name, "LFTags": shown(tags)} for name, tags in columns.items() if tags]
    table = {} if own and named is not None else found.table if own else found.on_table()
    return _filled({**database, "LFTagsOnTable": shown(table), "LFTagsOnColumns": listed})


class Shown:
    """The tags of things as answers spell them, those alone that the caller may see; asked once for each pair."""

    def __init__(self, call: Call, catalog: str) -> None:
        self._known: dict[tuple[str, str], Body | None] = {}
        self._call, self._catalog = call, catalog

    def __call__(self, tags: Tags) -> list[Body]:
        """The tags of one thing, by key."""
        return [told for pair in sorted(tags.items()) if (told := self._told(pair)) is not None]

    def _told(self, pair: tuple[str, str]) -> Body | None:
        if pair not in self._known:
            (key, value), account = pair, self._catalog.partition("/")[0]
            seen = visible(self._call, self._catalog, key, [value])
            self._known[pair] = {"CatalogId": account, "TagKey": key, "TagValues": [value]} if seen else None
        return self._known[pair]


def _filled(answer: Body) -> Body:
    return {name: value for name, value in answer.items() if value}


def _place(call: Call) -> Place:
    place = read(call, call["Resource"])
    if place.kind not in TAGGABLE or (place.kind == "columns" and place.included is None):
        raise invalid("Tags are on a database, a table, or columns that are included by name.")
    return place


def _owned(call: Call) -> Place:
    """The thing to tag; refused for who neither administers the account nor has all rights on it with grant option."""
    place = _place(call)
    permissions.require(call, place)
    if settings.administers(call, place.owner):
        return place
    needed = ON_DATABASE if place.kind == "database" else ON_TABLE
    if place.kind == "database":
        given = held.on_database(call, place.owner, place.base, to_give=True)
    else:
        given = held.on_table(call, place.owner, place.base, place.name, to_give=True).permissions
    if not given >= set(needed):
        raise denied(f"to tag it, one needs {', '.join(needed)} on it with the grant option")
    return place


def _each(call: Call, place: Place, act: Callable[[Call, Place, str, list[str]], None]) -> Body:
    pairs = call["LFTags"]
    if len({pair["TagKey"].lower() for pair in pairs}) != len(pairs):
        raise invalid("A tag key is given twice.")
    failures = []
    for pair in pairs:
        try:
            _check_pair(call, place, pair)
            act(call, place, pair["TagKey"].lower(), [value.lower() for value in pair["TagValues"]])
        except Refusal as refusal:
            failures.append({"LFTag": pair, "Error": {"ErrorCode": refusal.code, "ErrorMessage": refusal.message}})
    return {"Failures": failures}


def _check_pair(call: Call, place: Place, pair: Body) -> None:
    """Refuse what is no single defined value of the account's own tags, and what the caller may not assign."""
    key, values = pair["TagKey"].lower(), [value.lower() for value in pair["TagValues"]]
    if pair.get("CatalogId", place.account) != place.account:
        raise invalid("The tag and the resource must be of the same account.")
    if len(values) != 1 or values == [permissions.ANY_VALUE]:
        raise invalid("A resource has exactly one value of a tag.")
    permissions.require_tags(call, place.owner, {key: values})
    if not has_tag(call, place.owner, key, values, "ASSOCIATE"):
        raise denied(f"Required Associate on the tag {key}")


def _add(call: Call, place: Place, key: str, values: list[str]) -> None:
    for part in _parts(place):
        where = (place.owner, place.base, place.name, part)
        sql = "SELECT count(*) FROM tagged WHERE catalog = ? AND base = ? AND name = ? AND part = ? AND key <> ?"
        if call.sql.execute(sql, (*where, key)).fetchone()[0] >= MOST_TAGS:
            raise Refusal("ResourceNumberLimitExceededException", f"A resource has at most {MOST_TAGS} tags.")
    rows = [(place.owner, place.base, place.name, part, key, values[0]) for part in _parts(place)]
    call.sql.executemany("INSERT OR REPLACE INTO tagged VALUES (?, ?, ?, ?, ?, ?)", rows)


def _remove(call: Call, place: Place, key: str, values: list[str]) -> None:
    rows = [(place.owner, place.base, place.name, part, key, values[0]) for part in _parts(place)]
    where = "WHERE catalog = ? AND base = ? AND name = ? AND part = ? AND key = ? AND value = ?"
    if not all(call.sql.execute(f"SELECT 1 FROM tagged {where}", row).fetchone() for row in rows):
        raise missing("The tag on the resource")
    call.sql.executemany(f"DELETE FROM tagged {where}", rows)


def _parts(place: Place) -> list[str]:
    return sorted(place.included or ()) if place.kind == "columns" else [""]
