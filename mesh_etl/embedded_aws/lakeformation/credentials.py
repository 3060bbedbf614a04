"""Credentials for the files of one table, for whoever is shown all of it.

They open nothing here: no S3 of this package asks for any.
Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/using-cred-vending.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/full-table-credential-vending.html
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal, invalid
from mesh_etl.embedded_aws.glue import access
from mesh_etl.embedded_aws.lakeformation import held, locations, rights, settings
from mesh_etl.embedded_aws.lakeformation.seen_table import columns_of, location_of
from mesh_etl.embedded_aws.operations import Body, Call, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = re.compile(r"arn:aws:glue:([a-z0-9-]+):([0-9]{12}):table/([^/]+)/([^/]+)")
SHORTEST, LONGEST, USUAL = 900, 43_200, 3_600  # seconds
READ: Sequence[str] = ("SELECT",)


@operation("lakeformation.GetTemporaryGlueTableCredentials", "TableArn", "Permissions", "DurationSeconds")
def get_temporary_glue_table_credentials(call: Call) -> Body:
    """Credentials for the place of the table, to read it.

    Refused to whoever has no right on it, in an account whose settings do not allow them, and where Lake Formation
    does not look after the place by a role of the account's own; and with PermissionTypeMismatchException, since no
    kind of filter is supported by the caller, to whoever is shown some columns or rows alone. Not documented; chosen:
    in this order, by the settings of the account that owns the catalogue, and columns that are granted one by one or by
    tags are all of them where none is missing.
    """
    catalog, base, name = _named(call)
    within = call.within(catalog)
    access.refuse_outsiders(within, base, name)
    rights.refuse_unless(within, "SELECT", within.account, base, name)
    if not settings.of(within, catalog)["AllowFullTableExternalDataAccess"]:
        raise settings.denied("full table access by external engines is not allowed")
    if held.on_table(within, catalog, base, name, all_rows=True).select < columns_of(within, catalog, base, name):
        words = "The caller's permissions are of a type that it does not support."
        raise Refusal("PermissionTypeMismatchException", words)
    place = location_of(within, catalog, base, name)
    if not _lent(within, place):
        raise settings.denied("the location of the table is not registered with a role")
    return {
        "AccessKeyId": f"ASIA{uuid.uuid4().hex[:16].upper()}",
        "SecretAccessKey": "embedded",
        "SessionToken": "embedded",
        "Expiration": call.now + call.get("DurationSeconds", USUAL),
        "VendedS3Path": [place],
    }


def _named(call: Call) -> tuple[str, str, str]:
    """The catalogue, database and name of the table that is asked for."""
    match = TABLE.fullmatch(call["TableArn"])
    if match is None or match[1] != call.region:
        raise invalid("TableArn is not the ARN of a table of this region.")
    if tuple(call.get("Permissions", ())) != READ:
        raise invalid("Here credentials are given to read: Permissions is SELECT.")
    if not SHORTEST <= call.get("DurationSeconds", USUAL) <= LONGEST:
        raise invalid(f"DurationSeconds is between {SHORTEST} and {LONGEST}.")
    return f"{match[2]}/{match[1]}", match[3].lower(), match[4].lower()


def _lent(call: Call, place: str) -> bool:
    """Whether the innermost registered place around the table's is read by another role than the service's own."""
    for arn in locations.covering(call, call.catalog, place):
        found = records.get(call, locations.LOCATION, arn, call.catalog)
        if found is not None:
            return not found["RoleArn"].endswith(locations.SERVICE_ROLE)
    return False
