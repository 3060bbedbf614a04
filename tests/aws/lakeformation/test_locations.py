"""Registered places: by whom, by which role, and who may make tables in them."""

from __future__ import annotations

from typing import Any

import pytest

PLACE, ROLE = "arn:aws:s3:::lake/sales", "arn:aws:iam::111111111111:role/reads"


@pytest.fixture
def place(lake: Any) -> Any:
    lake.register_resource(ResourceArn=f"{PLACE}/", RoleArn=ROLE, HybridAccessEnabled=False)
    return lake


def test_a_place_is_registered_with_a_role_and_described(place: Any, refused: Any) -> None:
    found = place.describe_resource(ResourceArn=PLACE)["ResourceInfo"]
    assert (found["ResourceArn"], found["RoleArn"], found["HybridAccessEnabled"]) == (PLACE, ROLE, False)
    assert found["VerificationStatus"] == "VERIFIED"
    refused("AlreadyExistsException", place.register_resource, ResourceArn=PLACE, UseServiceLinkedRole=True)
    place.update_resource(ResourceArn=PLACE, RoleArn=f"{ROLE}2", HybridAccessEnabled=True)
    assert place.describe_resource(ResourceArn=PLACE)["ResourceInfo"]["RoleArn"] == f"{ROLE}2"
    place.deregister_resource(ResourceArn=PLACE)
    refused("EntityNotFoundException", place.describe_resource, ResourceArn=PLACE)
    refused("EntityNotFoundException", place.deregister_resource, ResourceArn=PLACE)


def test_the_role_is_ones_own_or_the_services(place: Any, refused: Any) -> None:
    refused("InvalidInputException", place.register_resource, ResourceArn="arn:aws:s3:::other")
    both = {"RoleArn": ROLE, "UseServiceLinkedRole": True}
    refused("InvalidInputException", place.register_resource, ResourceArn="arn:aws:s3:::other", **both)
    refused("InvalidInputException", place.register_resource, ResourceArn="s3://other", RoleArn=ROLE)
    place.register_resource(ResourceArn="arn:aws:s3:::other", UseServiceLinkedRole=True)
    role = place.describe_resource(ResourceArn="arn:aws:s3:::other")["ResourceInfo"]["RoleArn"]
    assert role.endswith("AWSServiceRoleForLakeFormationDataAccess")


def test_places_are_listed_by_condition_and_in_pages(place: Any) -> None:
    for number in range(3):
        place.register_resource(ResourceArn=f"arn:aws:s3:::b{number}", RoleArn=f"{ROLE}{number}")
    first = place.list_resources(MaxResults=3)
    rest = place.list_resources(MaxResults=3, NextToken=first["NextToken"])
    assert len(first["ResourceInfoList"]) + len(rest["ResourceInfoList"]) == 4
    assert "NextToken" not in rest
    wanted = [{"Field": "ROLE_ARN", "ComparisonOperator": "EQ", "StringValueList": [f"{ROLE}1"]}]
    found = place.list_resources(FilterConditionList=wanted)["ResourceInfoList"]
    assert [one["ResourceArn"] for one in found] == ["arn:aws:s3:::b1"]


def test_a_table_in_a_registered_place_needs_data_location_access(place: Any, refused: Any) -> None:
    place.grant(place.role("engineer"), {"Database": {"Name": "sales"}}, "CREATE_TABLE")
    glue = place.client("centre", "engineer", "glue")
    table = {"Name": "mine", "StorageDescriptor": {"Columns": [], "Location": "s3://lake/sales/mine"}}
    elsewhere = {"Name": "mine", "StorageDescriptor": {"Columns": [], "Location": "s3://lake/salesman"}}
    refused("AccessDeniedException", glue.create_table, DatabaseName="sales", TableInput=table)
    glue.create_table(DatabaseName="sales", TableInput=elsewhere)
    refused("AccessDeniedException", glue.update_table, DatabaseName="sales", TableInput=table)
    place.grant(place.role("engineer"), {"DataLocation": {"ResourceArn": PLACE}}, "DATA_LOCATION_ACCESS")
    glue.update_table(DatabaseName="sales", TableInput=table)


def test_rights_are_given_on_registered_places_alone(place: Any, refused: Any) -> None:
    unknown = {"DataLocation": {"ResourceArn": "arn:aws:s3:::elsewhere"}}
    why = refused("InvalidInputException", place.grant, place.role("engineer"), unknown, "DATA_LOCATION_ACCESS")
    assert "register the S3 path" in why
