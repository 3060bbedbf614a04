"""The same calls against moto and the embedded Lake Formation, where moto does as AWS documents, and why not the rest.

A test of what moto gets wrong fails when moto has mended it: then the call belongs to those that are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from mesh_etl.testing.accounts import aws

ACCOUNT = "123456789012"
ADMIN, READER = f"arn:aws:iam::{ACCOUNT}:role/admin", f"arn:aws:iam::{ACCOUNT}:role/reader"
PLACE, ROLE = "arn:aws:s3:::lake", f"arn:aws:iam::{ACCOUNT}:role/reads"
SALES = {"Database": {"CatalogId": ACCOUNT, "Name": "sales"}}
TO_READER = {"Principal": {"DataLakePrincipalIdentifier": READER}, "Resource": SALES}
LEVEL = [{"TagKey": "level", "TagValues": ["public"]}]

NOT_COMPARED = {
    "GetEffectivePermissionsForPath": "moto does not have it",
    "CreateDataCellsFilter": "moto does not have it, nor the calls that change, read and delete filters",
    "CreateLFTagExpression": "moto does not have saved expressions",
    "SearchTablesByLFTags": "moto does not search by tag",
    "UpdateResource": "moto does not have it",
    "CreateLFTag of a key that is there": "moto puts the new values in place of the old ones; AWS refuses",
    "GetLFTag of a key that is not there": "moto answers without values",
    "AddLFTagsToResource": "moto drops the other tags of the thing, and takes undefined values",
    "GetResourceLFTags of an untagged thing": "moto fails with a KeyError, and inherits nothing",
    "GrantPermissions": "moto takes any permission on any thing, there or not, by anybody",
    "RevokePermissions of what was never granted": "moto takes it",
    "ListPermissions in pages": "moto has none, and no columns apart from their table",
}


@pytest.fixture(params=["embedded", "moto"])
def lake(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    """A client for Lake Formation and one for Glue, of the embedded services and of moto."""
    if request.param == "embedded":
        with aws({"own": ACCOUNT}) as accounts:
            yield accounts.client("lakeformation", "own"), accounts.client("glue", "own")
        return
    with mock_aws():
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}
        yield boto3.client("lakeformation", **keys), boto3.client("glue", **keys)


@pytest.fixture
def settled(lake: tuple[Any, Any]) -> Any:
    """A client of an account with an administrator, the database `sales` and the tag `level`."""
    client, glue = lake
    client.put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": [{"DataLakePrincipalIdentifier": ADMIN}]})
    glue.create_database(DatabaseInput={"Name": "sales"})
    client.create_lf_tag(TagKey="level", TagValues=["public", "secret"])
    return client


def granted(client: Any) -> list[tuple[str, list[str], list[str]]]:
    """What the reader has on the database, which is all that both list in the same way."""
    found = client.list_permissions(ResourceType="DATABASE")["PrincipalResourcePermissions"]
    return [
        (next(iter(one["Resource"])), sorted(one["Permissions"]), sorted(one["PermissionsWithGrantOption"]))
        for one in found
        if one["Principal"]["DataLakePrincipalIdentifier"] == READER
    ]


def test_settings(settled: Any) -> None:
    found = settled.get_data_lake_settings()["DataLakeSettings"]
    assert found["DataLakeAdmins"] == [{"DataLakePrincipalIdentifier": ADMIN}]


def test_places(settled: Any) -> None:
    settled.register_resource(ResourceArn=PLACE, RoleArn=ROLE)
    with pytest.raises(settled.exceptions.AlreadyExistsException):
        settled.register_resource(ResourceArn=PLACE, RoleArn=ROLE)
    assert settled.describe_resource(ResourceArn=PLACE)["ResourceInfo"]["RoleArn"] == ROLE
    assert [one["ResourceArn"] for one in settled.list_resources()["ResourceInfoList"]] == [PLACE]
    settled.deregister_resource(ResourceArn=PLACE)
    with pytest.raises(settled.exceptions.EntityNotFoundException):
        settled.describe_resource(ResourceArn=PLACE)
    with pytest.raises(settled.exceptions.EntityNotFoundException):
        settled.deregister_resource(ResourceArn=PLACE)


def test_tags(settled: Any) -> None:
    assert settled.get_lf_tag(TagKey="level")["TagValues"] == ["public", "secret"]
    settled.update_lf_tag(TagKey="level", TagValuesToAdd=["internal"], TagValuesToDelete=["secret"])
    assert settled.get_lf_tag(TagKey="level")["TagValues"] == ["public", "internal"]
    assert [one["TagKey"] for one in settled.list_lf_tags()["LFTags"]] == ["level"]
    settled.delete_lf_tag(TagKey="level")
    assert settled.list_lf_tags()["LFTags"] == []


def test_a_tag_on_a_database(settled: Any) -> None:
    assert settled.add_lf_tags_to_resource(Resource=SALES, LFTags=LEVEL)["Failures"] == []
    found = settled.get_resource_lf_tags(Resource=SALES)["LFTagOnDatabase"]
    assert [(one["TagKey"], one["TagValues"]) for one in found] == [("level", ["public"])]


def test_grants_on_a_database(settled: Any) -> None:
    settled.grant_permissions(**TO_READER, Permissions=["DESCRIBE", "ALTER"], PermissionsWithGrantOption=["ALTER"])
    assert granted(settled) == [("Database", ["ALTER", "DESCRIBE"], ["ALTER"])]
    settled.revoke_permissions(**TO_READER, Permissions=["ALTER"], PermissionsWithGrantOption=["ALTER"])
    assert granted(settled) == [("Database", ["DESCRIBE"], [])]


def test_batches_of_grants(settled: Any) -> None:
    entry = {"Id": "1", **TO_READER, "Permissions": ["DESCRIBE"], "PermissionsWithGrantOption": []}
    settled.batch_grant_permissions(Entries=[entry])
    assert granted(settled) == [("Database", ["DESCRIBE"], [])]
    settled.batch_revoke_permissions(Entries=[entry])
    assert granted(settled) == []


WRONG_IN_MOTO = ["a defined tag", "an undefined value", "a grant on nothing", "a revocation of nothing"]


@pytest.mark.parametrize("what", WRONG_IN_MOTO)
def test_what_moto_lets_through(what: str, settled: Any, request: pytest.FixtureRequest) -> None:
    nothing = {"Principal": TO_READER["Principal"], "Resource": {"Database": {"Name": "nowhere"}}}
    refused = settled.exceptions.InvalidInputException, settled.exceptions.EntityNotFoundException
    is_moto = "moto" in request.node.callspec.id

    def done() -> None:
        if what == "a defined tag":
            settled.create_lf_tag(TagKey="level", TagValues=["other"])
        elif what == "an undefined value":
            pair = {"TagKey": "level", "TagValues": ["unknown"]}
            failures = settled.add_lf_tags_to_resource(Resource=SALES, LFTags=[pair])["Failures"]
            assert bool(failures) is not is_moto
        elif what == "a grant on nothing":
            settled.grant_permissions(**nothing, Permissions=["DESCRIBE"])
        else:
            settled.revoke_permissions(**TO_READER, Permissions=["DESCRIBE"])

    if is_moto or what == "an undefined value":
        done()
        return
    with pytest.raises(refused):
        done()


def test_every_reason_is_about_a_call_that_there_is() -> None:
    from mesh_etl.embedded_aws.operations import OPERATIONS

    assert {f"lakeformation.{about.split()[0]}" for about in NOT_COMPARED} <= OPERATIONS.keys()
