"""Tag expressions that are saved under a name; a grant by one follows what it is changed to.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/managing-tag-expressions.html
"""

from __future__ import annotations

import json

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import invalid, missing
from mesh_etl.embedded_aws.lakeformation import authority, callers, grants, permissions, settings
from mesh_etl.embedded_aws.lakeformation.grants import Grant
from mesh_etl.embedded_aws.lakeformation.resources import Place, pairs, spelled
from mesh_etl.embedded_aws.lakeformation.seen_table import EXPRESSION
from mesh_etl.embedded_aws.lakeformation.settings import denied
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

MOST = 1000


@operation("lakeformation.CreateLFTagExpression", "Name", "Description", "Expression", writes=True)
def create_lf_tag_expression(call: Call) -> Body:
    """The expression is saved; refused when its name is taken, and for who may not grant by its tags."""
    expression = _expression(call)
    if records.get(call, EXPRESSION, call["Name"]):
        raise invalid("LF-Tag expression already exists")  # AlreadyExistsException is not an error of this call
    place = Place(call.catalog, "catalog")
    given = [grants.get(call, call.catalog, one, place) for one in callers.principals(call, call.catalog)]
    steward = settings.administers(call, call.catalog)
    if not steward and not any(grant.has("CREATE_LF_TAG_EXPRESSION") for grant in given if grant):
        raise denied("Required Create LF-Tag Expression on the catalogue")
    records.put(call, EXPRESSION, call["Name"], _body(call, expression))
    if not steward:
        every = permissions.FIT["expression"]
        grants.put(call, call.catalog, Grant(call.caller, _saved(call), every, every))
    return {}


@operation("lakeformation.UpdateLFTagExpression", "Name", "Description", "Expression", writes=True)
def update_lf_tag_expression(call: Call) -> Body:
    """The expression is what was given, for all grants that name it as well."""
    expression = _expression(call)
    before = _require(call)
    _refuse_without(call, "ALTER")
    records.put(call, EXPRESSION, call["Name"], {**before, **_body(call, expression)})
    return {}


@operation("lakeformation.DeleteLFTagExpression", "Name", writes=True)
def delete_lf_tag_expression(call: Call) -> Body:
    """The expression is gone, and all grants by it."""
    _require(call)
    _refuse_without(call, "DROP")
    records.drop(call, EXPRESSION, call["Name"])
    for grant in grants.by_tag(call, call.catalog):
        named = grant.place.saved if grant.place.kind == "policy" else grant.place.name
        if grant.place.kind in ("policy", "expression") and named == call["Name"]:
            grants.drop(call, call.catalog, grant)
    return {}


@operation("lakeformation.GetLFTagExpression", "Name")
def get_lf_tag_expression(call: Call) -> Body:
    """The expression that is saved under the name."""
    found = _require(call)
    _refuse_without(call, "DESCRIBE")
    return _shown(call, call["Name"], found)


@operation("lakeformation.ListLFTagExpressions", "MaxResults", "NextToken")
def list_lf_tag_expressions(call: Call) -> Body:
    """The saved expressions that the caller may see, by name, in pages."""
    rows = [
        (name, _shown(call, name, body))
        for name, body in records.named(call, EXPRESSION)
        if _has(call, name, "DESCRIBE")
    ]
    return paged(call, "LFTagExpressions", rows, MOST)


def _expression(call: Call) -> dict[str, list[str]]:
    if call.account != call.caller_account:
        raise denied("the expressions of another account")
    expression = spelled(call["Expression"])
    permissions.require_tags(call, call.catalog, expression)
    detail = json.dumps({"expression": expression})
    if not authority.may_grant_by_tag(call, Place(call.catalog, "policy", "TABLE", "", detail)):
        raise denied("Required Grant with LF-Tag Expression on the tags of the expression")
    return expression


def _body(call: Call, expression: dict[str, list[str]]) -> Body:
    about = {"description": call["Description"]} if call.get("Description") is not None else {}
    return {**about, "expression": expression}


def _shown(call: Call, name: str, body: Body) -> Body:
    about = {"Description": body["description"]} if "description" in body else {}
    return {"Name": name, **about, "CatalogId": call.account, "Expression": pairs(body["expression"])}


def _require(call: Call) -> Body:
    found = records.get(call, EXPRESSION, call["Name"])
    if found is None:
        raise missing("LF-Tag expression")
    return found


def _saved(call: Call) -> Place:
    return Place(call.catalog, "expression", "", call["Name"])


def _refuse_without(call: Call, right: str) -> None:
    if not _has(call, call["Name"], right):
        raise denied(f"Required {right.title()} on the LF-Tag expression")


def _has(call: Call, name: str, right: str) -> bool:
    if settings.administers(call, call.catalog) or (right == "DESCRIBE" and settings.looks_on(call, call.catalog)):
        return True
    place = Place(call.catalog, "expression", "", name)
    given = [grants.get(call, call.catalog, one, place) for one in callers.principals(call, call.catalog)]
    return any(grant.has(right) or right == "DESCRIBE" for grant in given if grant)
