"""What a request gives as a table, checked for sense: its columns, its link, its view."""

from __future__ import annotations

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, invalid
from mesh_etl.embedded_aws.glue.columns import check_columns
from mesh_etl.embedded_aws.glue.databases import TO_A_LINK, name_of
from mesh_etl.embedded_aws.glue.stored import stored
from mesh_etl.embedded_aws.glue.views import check_view
from mesh_etl.embedded_aws.operations import Body, Call


def taken(call: Call) -> Body:
    """The `TableInput` of the request as it is stored, with its names in lower case."""
    body = dict(call["TableInput"])
    if "FederatedTable" in body:
        raise NotImplementedByEmbeddedAws(what="glue tables with FederatedTable")
    body["Name"] = name_of(body)
    check_columns(body)
    if "TargetTable" in body:
        body["TargetTable"] = _target(call, body["TargetTable"])
    if "ViewDefinition" in body:
        check_view(body)
    return body


def keys(body: Body) -> list[tuple[str, str]]:
    """The partition keys with their types."""
    return [(key["Name"].lower(), key.get("Type", "")) for key in body.get("PartitionKeys", [])]


def _target(call: Call, given: Body) -> Body:
    if "DatabaseName" not in given or "Name" not in given:
        raise invalid("TargetTable needs a DatabaseName and a Name.")
    target = {"CatalogId": call.account, "Region": call.region, **given}
    target.update(DatabaseName=given["DatabaseName"].lower(), Name=given["Name"].lower())
    beyond = stored(call.within(f"{target['CatalogId']}/{target['Region']}"), target["DatabaseName"], target["Name"])
    if beyond is not None and beyond.target is not None:
        raise invalid(TO_A_LINK)
    return target
