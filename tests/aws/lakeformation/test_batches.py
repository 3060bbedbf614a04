"""Batches of grants: each entry for itself, inside an answer that says 200."""

from __future__ import annotations

from typing import Any


def entry(lake: Any, number: int, name: str = "orders", right: str = "SELECT") -> dict[str, Any]:
    return {
        "Id": str(number),
        "Principal": {"DataLakePrincipalIdentifier": lake.role(f"r{number}")},
        "Resource": {"Table": {"DatabaseName": "sales", "Name": name}},
        "Permissions": [right],
    }


def test_entries_fail_for_themselves(lake: Any) -> None:
    entries = [entry(lake, 1), entry(lake, 2, "nothing"), entry(lake, 3, right="CREATE_TABLE")]
    failures = lake.batch_grant_permissions(Entries=entries)["Failures"]
    assert [(one["RequestEntry"], one["Error"]["ErrorCode"]) for one in failures] == [
        (entries[1], "EntityNotFoundException"),
        (entries[2], "InvalidInputException"),
    ]
    assert len(lake.listed(ResourceType="TABLE")) == 1
    failures = lake.batch_revoke_permissions(Entries=[entry(lake, 1), entry(lake, 4)])["Failures"]
    assert [one["RequestEntry"]["Id"] for one in failures] == ["4"]
    assert lake.listed(ResourceType="TABLE") == []


def test_a_batch_has_at_most_twenty_entries_with_ids_of_their_own(lake: Any, refused: Any) -> None:
    many = [entry(lake, number) for number in range(21)]
    refused("InvalidInputException", lake.batch_grant_permissions, Entries=many)
    refused("InvalidInputException", lake.batch_revoke_permissions, Entries=[many[0], many[0]])
    assert lake.listed(ResourceType="TABLE") == []
    assert lake.batch_grant_permissions(Entries=many[:20])["Failures"] == []


def test_an_entry_without_a_principal_or_a_resource_fails(lake: Any) -> None:
    entries = [{"Id": "a", "Permissions": ["SELECT"]}, {**entry(lake, 1), "Permissions": []}]
    failures = lake.batch_grant_permissions(Entries=entries)["Failures"]
    assert [one["Error"]["ErrorCode"] for one in failures] == ["InvalidInputException"] * 2


def test_a_concurrent_modification_can_be_had(lake: Any, refused: Any) -> None:
    lake.accounts.fail("lakeformation.BatchGrantPermissions", "ConcurrentModificationException")
    refused("ConcurrentModificationException", lake.batch_grant_permissions, Entries=[entry(lake, 1)])
    assert lake.listed(ResourceType="TABLE") == []
    assert lake.batch_grant_permissions(Entries=[entry(lake, 1)])["Failures"] == []
