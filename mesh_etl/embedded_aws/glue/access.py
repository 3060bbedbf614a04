"""Who may do what in a catalogue: Lake Formation's answer, and for other accounts that of Resource Access Manager too.

The call that these functions take is within the catalogue that owns the thing, whoever makes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.ram import shares

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

SPARK_SCHEMA = "spark.sql.sources.schema"


def refuse_unless(
    call: Call, right: str, database: str | None = None, table: str | None = None, instead: str = ""
) -> None:
    """Nothing, where the caller has the right, or `instead` of it another; without a database it is the catalogue's.

    Raises `Refusal` (AccessDeniedException), to the role of another account before anything is looked up: whether
    there is such a thing is not told.
    """
    from mesh_etl.embedded_aws.lakeformation import rights

    refuse_outsiders(call, database, table)
    if not instead or not rights.has(call, instead, call.account, database, table):
        rights.refuse_unless(call, right, call.account, database, table)


def allowed(call: Call, right: str, database: str, table: str | None = None) -> bool:
    """Whether the caller has the right."""
    try:
        refuse_unless(call, right, database, table)
    except Refusal:
        return False
    return True


def refuse_unless_located(call: Call, location: str | None) -> None:
    """Nothing, where the caller may have a table at the place; a place that nobody registered is anybody's."""
    from mesh_etl.embedded_aws.lakeformation import rights

    if location:
        rights.refuse_unless_located(call, call.account, location)


def registered(call: Call, location: str | None) -> bool:
    """Whether Lake Formation looks after the place."""
    from mesh_etl.embedded_aws.lakeformation import locations

    return bool(location and locations.covering(call, call.catalog, location))


def refuse_outsiders(call: Call, database: str | None = None, table: str | None = None) -> None:
    """Nothing, where the caller's account is the owner's or has accepted a share with the thing in it.

    What is shared by tag is shared as the whole catalogue.
    """
    if call.caller_account == call.account:
        return
    place = f"arn:aws:glue:{call.region}:{call.account}:"
    whole, own = (f"{place}catalog", f"{place}database/{database}"), f"{place}table/{database}/"
    parts = (f"{own}{table}", f"{own}*") if table is not None else ()
    between = (call, call.account, call.caller_account)
    if shares.active(*between, *whole, *parts) or (table is None and shares.active_within(*between, own)):
        return
    name = f"table/{database}/{table}" if table else f"database/{database}" if database else "catalog"
    raise Refusal("AccessDeniedException", f"User: {call.caller} is not authorized to access resource: {place}{name}")


def made(call: Call, database: str, table: str | None = None) -> None:
    """Lake Formation knows of the new thing: who has made it, and whom the settings give it to."""
    from mesh_etl.embedded_aws.lakeformation import rights

    rights.created(call, database, table)


def gone(call: Call, database: str, table: str | None = None) -> None:
    """Lake Formation has forgotten the thing."""
    from mesh_etl.embedded_aws.lakeformation import rights

    rights.forgotten(call, database, table)


def columns(call: Call, database: str, table: str) -> set[str] | None:
    """The columns that the caller may see: None for all, none for who has no right on the table whatsoever."""
    from mesh_etl.embedded_aws.lakeformation import rights

    return rights.visible_columns(call, call.account, database, table)


def narrowed(body: Body, seen: set[str] | None) -> Body:
    """A table or partition with the columns that the caller sees, and without what names the others.

    Partition keys stay, and so do their values: column filtering cannot be applied to them.
    Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html, and of Spark's properties
    https://docs.aws.amazon.com/lake-formation/latest/dg/limitations.html
    """
    if seen is None:
        return body
    storage = dict(body.get("StorageDescriptor", {}))
    storage["Columns"] = [one for one in storage.get("Columns", []) if one["Name"].lower() in seen]
    told = {key: value for key, value in body.get("Parameters", {}).items() if not key.startswith(SPARK_SCHEMA)}
    return {**body, "StorageDescriptor": storage, "Parameters": told}
