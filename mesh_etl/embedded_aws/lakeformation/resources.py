"""What rights are given on, as one flat value, read from requests and shown in answers.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_Resource.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, invalid

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

ALL_TABLES = "ALL_TABLES"  # the name that answers give to every table of a database


@dataclass(frozen=True, order=True)
class Place:
    """A resource of the catalogue `owner`, as account/region.

    `kind` is catalog, database, table, tables, columns, filter, tag, expression, policy or location. `base` is the
    database, and the resource type of a policy; `name` the table, the key of a tag, the name of an expression or the
    ARN of a location; `detail` the columns, the filter, the values of a tag or the expression of a policy.
    """

    owner: str
    kind: str
    base: str = ""
    name: str = ""
    detail: str = ""

    @property
    def account(self) -> str:
        """The account that owns the resource."""
        return self.owner.partition("/")[0]

    @property
    def included(self) -> frozenset[str] | None:
        """The columns that are named, or None where all but some are."""
        names = _parsed(self.detail).get("names")
        return None if names is None else frozenset(names)

    @property
    def excluded(self) -> frozenset[str]:
        """The columns that are left out of all."""
        return frozenset(_parsed(self.detail).get("but", ()))

    @property
    def values(self) -> frozenset[str]:
        """The values of a tag."""
        return frozenset(_parsed(self.detail))

    @property
    def expression(self) -> dict[str, list[str]]:
        """The keys of a policy's expression with their values; empty where it is a saved one."""
        return dict(_parsed(self.detail).get("expression", {}))

    @property
    def saved(self) -> str:
        """The name of a policy's saved expression, or nothing."""
        return str(_parsed(self.detail).get("saved", ""))

    def table(self) -> Place:
        """The table that columns and filters are of."""
        return Place(self.owner, "table", self.base, self.name)


def read(call: Call, resource: Body) -> Place:
    """The resource that a request names; names of the catalogue in lower case, as it keeps them.

    Refused unless it names exactly one thing.
    """
    given = [(kind, body) for kind, body in resource.items() if body is not None]
    if len(given) != 1:
        found = f"must have exactly 1 resource specified but {len(given)} were provided."
        raise invalid(f"Resource parameter {found}")
    ((kind, body),) = given
    reader = READERS.get(kind)
    if reader is None:
        raise NotImplementedByEmbeddedAws(what=f"lakeformation resources of kind {kind}")
    owner = body.get("CatalogId") or body.get("TableCatalogId") or body.get("Id") or call.caller_account
    return reader(f"{owner}/{call.region}", body)


def spelled(expression: list[Body]) -> dict[str, list[str]]:
    """The keys of a tag expression in order, each with its values in order; refused for a key that comes twice."""
    keys = {pair["TagKey"].lower(): sorted({value.lower() for value in pair["TagValues"]}) for pair in expression}
    if len(keys) != len(expression) or not keys:
        raise invalid("An expression names at least one tag key, and each of them once.")
    return dict(sorted(keys.items()))


def pairs(expression: dict[str, list[str]], **more: str) -> list[Body]:
    """The keys and values of an expression as answers show them."""
    return [{**more, "TagKey": key, "TagValues": values} for key, values in expression.items()]


def shown(place: Place) -> Body:
    """The resource as answers spell it."""
    owner, base, name = place.account, place.base, place.name
    match place.kind:
        case "catalog":
            return {"Catalog": {"Id": owner}}
        case "database":
            return {"Database": {"CatalogId": owner, "Name": base}}
        case "table":
            return {"Table": {"CatalogId": owner, "DatabaseName": base, "Name": name}}
        case "tables":
            where = {"CatalogId": owner, "DatabaseName": base, "Name": ALL_TABLES}
            return {"Table": {**where, "TableWildcard": {}}}
        case "columns":
            return {"TableWithColumns": {"CatalogId": owner, "DatabaseName": base, "Name": name, **_columns(place)}}
        case "filter":
            where = {"TableCatalogId": owner, "DatabaseName": base, "TableName": name}
            return {"DataCellsFilter": {**where, "Name": place.detail}}
        case "tag":
            return {"LFTag": {"CatalogId": owner, "TagKey": name, "TagValues": sorted(place.values)}}
        case "expression":
            return {"LFTagExpression": {"CatalogId": owner, "Name": name}}
        case "policy":
            what = {"ExpressionName": place.saved} if place.saved else {"Expression": pairs(place.expression)}
            return {"LFTagPolicy": {"CatalogId": owner, "ResourceType": base, **what}}
    return {"DataLocation": {"CatalogId": owner, "ResourceArn": name}}


def all_columns(place: Place) -> Body:
    """Every column of a table, or of all tables: how answers show the right to select from them."""
    name = ALL_TABLES if place.kind == "tables" else place.name
    where = {"CatalogId": place.account, "DatabaseName": place.base, "Name": name}
    return {"TableWithColumns": {**where, "ColumnWildcard": {}}}


@lru_cache(maxsize=8192)  # the same few expressions are read for every table
def _parsed(detail: str) -> Any:
    return json.loads(detail)


def _columns(place: Place) -> Body:
    if place.included is not None:
        return {"ColumnNames": sorted(place.included)}
    return {"ColumnWildcard": {"ExcludedColumnNames": sorted(place.excluded)}}


def _table(owner: str, body: Body) -> Place:
    wild = body.get("TableWildcard") is not None
    if wild == (body.get("Name") not in (None, ALL_TABLES)):
        raise invalid("A table resource has either a name or the table wildcard.")
    if wild:
        return Place(owner, "tables", body["DatabaseName"].lower())
    return Place(owner, "table", body["DatabaseName"].lower(), body["Name"].lower())


def _with_columns(owner: str, body: Body) -> Place:
    names, wildcard = body.get("ColumnNames"), body.get("ColumnWildcard")
    if bool(names) == (wildcard is not None):
        raise invalid("A table with columns has either column names or the column wildcard.")
    base, name = body["DatabaseName"].lower(), body["Name"].lower()
    if names:
        return Place(owner, "columns", base, name, _listed("names", names))
    excluded = (wildcard or {}).get("ExcludedColumnNames")
    if excluded:
        return Place(owner, "columns", base, name, _listed("but", excluded))
    return Place(owner, "tables", base) if name == ALL_TABLES.lower() else Place(owner, "table", base, name)


def _listed(how: str, names: list[str]) -> str:
    return json.dumps({how: sorted({name.lower() for name in names})})


def _filter(owner: str, body: Body) -> Place:
    if not all(body.get(member) for member in ("DatabaseName", "TableName", "Name")):
        raise invalid("A data cells filter is named by its database, its table and its own name.")
    return Place(owner, "filter", body["DatabaseName"].lower(), body["TableName"].lower(), body["Name"])


def _tag(owner: str, body: Body) -> Place:
    values = json.dumps(sorted({value.lower() for value in body["TagValues"]}))
    return Place(owner, "tag", "", body["TagKey"].lower(), values)


def _policy(owner: str, body: Body) -> Place:
    saved, expression = body.get("ExpressionName"), body.get("Expression") or []
    if bool(saved) == bool(expression):
        raise invalid("A tag policy has either an expression or the name of a saved one.")
    detail = {"saved": saved} if saved else {"expression": spelled(expression)}
    return Place(owner, "policy", body["ResourceType"], "", json.dumps(detail))


READERS: dict[str, Callable[[str, Any], Place]] = {
    "Catalog": lambda owner, body: Place(owner, "catalog"),
    "Database": lambda owner, body: Place(owner, "database", body["Name"].lower()),
    "Table": _table,
    "TableWithColumns": _with_columns,
    "DataCellsFilter": _filter,
    "LFTag": _tag,
    "LFTagExpression": lambda owner, body: Place(owner, "expression", "", body["Name"]),
    "LFTagPolicy": _policy,
    "DataLocation": lambda owner, body: Place(owner, "location", "", body["ResourceArn"].rstrip("/")),
}
