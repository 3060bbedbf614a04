"""The data lake settings of an account: who administers it, what new entries are open to, and how it shares.

Sources: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal, invalid
from mesh_etl.embedded_aws.lakeformation.grants import EVERYBODY
from mesh_etl.embedded_aws.operations import Body, Call, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS = "lakeformation.settings"
MOST_ADMINS = 30
# SET_CONTEXT is not documented: a new account has it, and takes it back as it is.
# Source: hashicorp/terraform-provider-aws, internal/service/lakeformation/data_lake_settings.go
PARAMETERS = {"CROSS_ACCOUNT_VERSION", "SET_CONTEXT", "SET_SOURCE_IDENTITY"}
VERSIONS = ("1", "2", "3", "4", "5")
OPEN = [{"Principal": {"DataLakePrincipalIdentifier": EVERYBODY}, "Permissions": ["ALL"]}]
NEW: Body = {
    "DataLakeAdmins": [],
    "ReadOnlyAdmins": [],
    "CreateDatabaseDefaultPermissions": OPEN,
    "CreateTableDefaultPermissions": OPEN,
    "Parameters": {"CROSS_ACCOUNT_VERSION": "1", "SET_CONTEXT": "TRUE"},
    "TrustedResourceOwners": [],
    "AllowExternalDataFiltering": False,
    "AllowFullTableExternalDataAccess": False,
    "ExternalDataFilteringAllowList": [],
    "AuthorizedSessionTagValueList": [],
}


def of(call: Call, catalog: str) -> Body:
    """The settings of a catalogue, as account/region; those of a new account where none were put."""
    return records.get(call, SETTINGS, "settings", catalog) or NEW


def version(call: Call, catalog: str) -> int:
    """The version of cross-account sharing that the account grants by."""
    return int(of(call, catalog)["Parameters"]["CROSS_ACCOUNT_VERSION"])


def administers(call: Call, catalog: str) -> bool:
    """Whether the caller is a data lake administrator of the catalogue."""
    return call.caller in _people(of(call, catalog), "DataLakeAdmins")


def looks_on(call: Call, catalog: str) -> bool:
    """Whether the caller administers the catalogue or may read all of its settings, tags and entries."""
    found = of(call, catalog)
    return call.caller in _people(found, "DataLakeAdmins") | _people(found, "ReadOnlyAdmins")


def refuse_unless_steward(call: Call) -> None:
    """Refuse callers of other accounts, and those who do not administer an account that has administrators.

    Not documented; chosen: on AWS it is IAM that decides who may put settings and register places. There are no
    policies here, so administrators may, and anybody of the account as long as it has none.
    """
    own = f"{call.caller_account}/{call.region}"
    nobody = not _people(of(call, own), "DataLakeAdmins")
    if call.account != call.caller_account or not (nobody or administers(call, own)):
        raise denied("the caller is not a data lake administrator")


def denied(what: str) -> Refusal:
    """The refusal of a caller without the right."""
    return Refusal("AccessDeniedException", f"Insufficient Lake Formation permission(s): {what}")


@operation("lakeformation.GetDataLakeSettings")
def get_data_lake_settings(call: Call) -> Body:
    """The settings of the caller's account."""
    if call.account != call.caller_account:
        raise denied("the settings of another account")
    return {"DataLakeSettings": of(call, call.catalog)}


@operation("lakeformation.PutDataLakeSettings", "DataLakeSettings", writes=True)
def put_data_lake_settings(call: Call) -> Body:
    """The settings are what was given and nothing else: a list that is left out is empty."""
    refuse_unless_steward(call)
    given = call["DataLakeSettings"]
    for people in ("DataLakeAdmins", "ReadOnlyAdmins", "ExternalDataFilteringAllowList"):
        if len(given.get(people, ())) > MOST_ADMINS:
            raise invalid(f"{people} has more than {MOST_ADMINS} entries.")
    for role in _people(given, "DataLakeAdmins") | _people(given, "ReadOnlyAdmins"):
        if not role.startswith("arn:aws:"):
            raise invalid("An administrator is named by an ARN.")
    empty = {name: type(value)() for name, value in NEW.items()}
    _check_defaults(given)
    body = {**empty, **given, "Parameters": _parameters(given.get("Parameters", {}))}
    records.put(call, SETTINGS, "settings", body)
    return {}


def _parameters(given: Mapping[str, str]) -> Body:
    if unknown := sorted(given.keys() - PARAMETERS):
        raise invalid(f"{', '.join(unknown)} is not a parameter of the data lake settings.")
    wanted = given.get("CROSS_ACCOUNT_VERSION", "1")  # not documented; chosen: what is put replaces this as well
    switches = [value for name, value in given.items() if name != "CROSS_ACCOUNT_VERSION"]
    if wanted not in VERSIONS or not set(switches) <= {"TRUE", "FALSE"}:
        raise invalid("A parameter of the data lake settings has a value that it cannot have.")
    return {**given, "CROSS_ACCOUNT_VERSION": wanted}


def _check_defaults(given: Body) -> None:
    for default in ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions"):
        if given.get(default, []) not in ([], OPEN):
            raise invalid(f"{default} is empty, or grants ALL to {EVERYBODY}.")


def _people(settings: Body, role: str) -> set[str]:
    return {str(one["DataLakePrincipalIdentifier"]) for one in settings.get(role, ())}
