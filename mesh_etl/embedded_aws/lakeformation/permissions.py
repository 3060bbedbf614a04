"""Which permissions there are on which kind of thing, and whether the thing is there.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import invalid, missing
from mesh_etl.embedded_aws.lakeformation import locations, seen_table
from mesh_etl.embedded_aws.lakeformation.held import OF_DATABASE
from mesh_etl.embedded_aws.lakeformation.seen_table import EXPRESSION, FILTER, OF_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesh_etl.embedded_aws.lakeformation.resources import Place
    from mesh_etl.embedded_aws.operations import Body, Call

TAG = "lakeformation.tag"
ANY_VALUE = "*"
OF_LINK = frozenset({"DESCRIBE", "DROP"})
OF_VIEW = frozenset({"ALL", "DESCRIBE", "DROP", "SELECT"})
FIT = {
    "catalog": frozenset({"CREATE_DATABASE", "CREATE_LF_TAG", "CREATE_LF_TAG_EXPRESSION"}),
    "tables": OF_TABLE,
    "columns": frozenset({"SELECT"}),
    "filter": frozenset({"SELECT", "DESCRIBE", "DROP"}),
    "tag": frozenset({"ALTER", "ASSOCIATE", "DESCRIBE", "DROP", "GRANT_WITH_LF_TAG_EXPRESSION"}),
    "expression": frozenset({"ALTER", "DESCRIBE", "DROP", "GRANT_WITH_LF_TAG_EXPRESSION"}),
    "location": frozenset({"DATA_LOCATION_ACCESS"}),
}


def check_fit(call: Call, place: Place, wanted: Iterable[str]) -> None:
    """Refuse permissions that there are not on this kind of thing."""
    unfit = sorted(set(wanted) - _fitting(call, place))
    if unfit:
        kind = f"{place.base.lower()} {place.kind}" if place.kind == "policy" else place.kind
        raise invalid(f"Permissions modification is invalid: there is no {', '.join(unfit)} on a {kind}.")


def require(call: Call, place: Place) -> None:
    """Refuse what names a thing that is not there: a table, a column, the value of a tag."""
    match place.kind:
        case "database" | "tables":
            _entry(call, place, "database")
        case "table":
            _entry(call, place, "table")
        case "columns":
            _entry(call, place, "table")
            named = place.excluded if place.included is None else place.included
            columns = seen_table.columns_of(call, place.owner, place.base, place.name)
            if not {name.partition(".")[0] for name in named} <= columns:
                raise missing("Column")
        case "filter":
            if not records.get(call, FILTER, f"{place.base}/{place.name}/{place.detail}", place.owner):
                raise missing("Data cells filter")
        case "tag":
            require_tags(call, place.owner, {place.name: place.values})
        case "expression":
            _saved(call, place.owner, place.name)
        case "policy" if place.saved:
            _saved(call, place.owner, place.saved)
        case "policy":
            require_tags(call, place.owner, place.expression)
        case "location":
            if not locations.covering(call, place.owner, place.name):
                raise invalid("The location is not registered: register the S3 path first.")


def require_entry(call: Call, place: Place) -> None:
    """Refuse what is about a database or a table that is not there."""
    if place.kind in ("database", "tables"):
        _entry(call, place, "database")
    elif place.kind in ("table", "columns", "filter"):
        _entry(call, place, "table")


def require_tags(call: Call, catalog: str, tags: Mapping[str, Iterable[str]]) -> None:
    """Refuse tags and values of tags that are not defined.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html
    """
    for key, values in tags.items():
        found = records.get(call, TAG, key, catalog)
        if found is None or not set(values) <= {*found["values"], ANY_VALUE}:
            raise missing("Tag or tag value")


def _fitting(call: Call, place: Place) -> frozenset[str]:
    if place.kind == "policy":
        return OF_DATABASE if place.base == "DATABASE" else OF_TABLE
    if place.kind == "database":
        body = _body(call, place, "database") or {}
        return OF_LINK if body.get("TargetDatabase") else OF_DATABASE
    if place.kind == "table":
        body = _body(call, place, "table") or {}
        if body.get("TargetTable"):
            return OF_LINK
        return OF_VIEW if body.get("TableType") == "VIRTUAL_VIEW" else OF_TABLE
    return FIT[place.kind]


def _entry(call: Call, place: Place, kind: str) -> None:
    if _body(call, place, "database") is None:
        raise missing("Database")
    if kind == "table" and _body(call, place, "table") is None:
        raise missing("Table")


def _body(call: Call, place: Place, kind: str) -> Body | None:
    if kind == "table":
        sql = "SELECT body FROM tables WHERE catalog = ? AND base = ? AND name = ?"
        row = call.sql.execute(sql, (place.owner, place.base, place.name)).fetchone()
    else:
        sql = "SELECT body FROM databases WHERE catalog = ? AND name = ?"
        row = call.sql.execute(sql, (place.owner, place.base)).fetchone()
    return json.loads(row[0]) if row else None


def _saved(call: Call, catalog: str, name: str) -> None:
    if records.get(call, EXPRESSION, name, catalog) is None:
        raise missing("LF-Tag expression")
