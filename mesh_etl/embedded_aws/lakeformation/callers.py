"""Whom a caller is in the eyes of an account, and which of its grants reach the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.lakeformation.grants import EVERYBODY, Grant
from mesh_etl.embedded_aws.lakeformation.resources import Place
from mesh_etl.embedded_aws.ram import organizations, shares

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Call


def principals(call: Call, catalog: str) -> list[str]:
    """Whom the caller is in the eyes of the account of `catalog`: its role, and the groups of that account.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/granting-permissions-iam-principals-group.html
    """
    own = f"{call.caller_account}/{call.region}" == catalog
    return [call.caller, f"{call.caller_account}:IAMPrincipals", *([EVERYBODY] if own else [])]


def whole(call: Call) -> list[str]:
    """What the caller's account is to other accounts: itself, and the organizations that it is in."""
    return [call.caller_account, *organizations.of(call, call.caller_account)]


def received(call: Call, grant: Grant) -> bool:
    """Whether the grant counts for the caller: one by another account does once their share is joined.

    Not documented; chosen: what is in a database that is shared needs no share of its own.
    """
    place = grant.place
    if place.account == call.caller_account or place.kind == "location":
        return True
    around = Place(place.owner, "database", place.base) if place.name and place.base else place
    return shares.active(call, place.account, call.caller_account, *arns(call, place), *arns(call, around))


def arns(call: Call, place: Place) -> list[str]:
    """The things that a grant on the resource shares with another account: the catalogue where it names none.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html
    """
    start = f"arn:aws:glue:{call.region}:{place.account}"
    match place.kind:
        case "database":
            return [f"{start}:database/{place.base}"]
        case "table" | "columns" | "filter":
            return [f"{start}:table/{place.base}/{place.name}"]
        case "tables":
            return [f"{start}:table/{place.base}/*"]
        case "location":
            return []
    return [f"{start}:catalog"]
