"""Shares and the invitations to them, from the first grant to their end."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_etl.testing.accounts import Accounts

INVITATION = "arn:aws:ram:eu-west-1:111111111111:resource-share-invitation/00000000-0000-0000-0000-000000000000"
TABLE = "arn:aws:glue:eu-west-1:111111111111:table/sales/orders"


def invitations(accounts: Accounts, account: str = "marketing") -> list[dict[str, Any]]:
    found = accounts.client("ram", account).get_resource_share_invitations()["resourceShareInvitations"]
    assert isinstance(found, list)
    return found


def test_a_grant_to_another_account_invites_it(accounts: Accounts, grant: Any) -> None:
    assert invitations(accounts) == []
    grant("SELECT")
    (one,) = invitations(accounts)
    assert one["senderAccountId"] == "111111111111"
    assert one["receiverAccountId"] == "333333333333"
    assert one["status"] == "PENDING"
    assert invitations(accounts, "shop") == []
    marketing, centre = accounts.client("ram", "marketing"), accounts.client("ram", "centre")
    assert marketing.list_resources(resourceOwner="OTHER-ACCOUNTS")["resources"] == []
    assert marketing.get_resource_shares(resourceOwner="OTHER-ACCOUNTS")["resourceShares"] == []
    (share,) = centre.get_resource_shares(resourceOwner="SELF")["resourceShares"]
    assert share["resourceShareArn"] == one["resourceShareArn"]
    (receiver,) = centre.get_resource_share_associations(associationType="PRINCIPAL")["resourceShareAssociations"]
    assert (receiver["associatedEntity"], receiver["status"]) == ("333333333333", "ASSOCIATING")


def test_what_is_shared_later_joins_the_accepted_share(accounts: Accounts, grant: Any, accept: Any) -> None:
    grant("SELECT")
    accept()
    accounts.client("glue", "centre").create_table(DatabaseName="sales", TableInput={"Name": "more"})
    grant("SELECT", Table={"DatabaseName": "sales", "Name": "more"})
    assert [one["status"] for one in invitations(accounts)] == ["ACCEPTED"]
    ram = accounts.client("ram", "marketing")
    found = ram.list_resources(resourceOwner="OTHER-ACCOUNTS", resourceType="glue:Table")["resources"]
    assert {one["arn"].rpartition("/")[2] for one in found} == {"more", "orders"}
    assert len({one["resourceShareArn"] for one in found}) == 1


def test_an_invitation_is_answered_once(accounts: Accounts, grant: Any) -> None:
    grant("SELECT")
    ram, arn = accounts.client("ram", "marketing"), invitations(accounts)[0]["resourceShareInvitationArn"]
    accepted = ram.accept_resource_share_invitation(resourceShareInvitationArn=arn, clientToken="once")
    assert accepted["resourceShareInvitation"]["status"] == "ACCEPTED"
    assert accepted["clientToken"] == "once"
    with pytest.raises(ram.exceptions.ResourceShareInvitationAlreadyAcceptedException):
        ram.accept_resource_share_invitation(resourceShareInvitationArn=arn)
    with pytest.raises(ram.exceptions.ResourceShareInvitationAlreadyAcceptedException):
        ram.reject_resource_share_invitation(resourceShareInvitationArn=arn)


def test_after_twelve_hours_an_invitation_is_expired_and_another_grant_sends_a_new_one(
    accounts: Accounts, grant: Any, accept: Any
) -> None:
    grant("SELECT")
    accounts.forward(hours=11.9)
    assert [one["status"] for one in invitations(accounts)] == ["PENDING"]
    accounts.forward(hours=0.2)
    (one,) = invitations(accounts)
    assert one["status"] == "EXPIRED"
    ram = accounts.client("ram", "marketing")
    with pytest.raises(ram.exceptions.ResourceShareInvitationExpiredException):
        ram.accept_resource_share_invitation(resourceShareInvitationArn=one["resourceShareInvitationArn"])
    grant("SELECT")
    assert sorted(one["status"] for one in invitations(accounts)) == ["EXPIRED", "PENDING"]
    accept()
    analyst = accounts.client("glue", "marketing", "analyst")
    assert analyst.get_table(CatalogId="111111111111", DatabaseName="sales", Name="orders")


def test_a_rejected_share_gives_nothing_until_it_is_offered_again(accounts: Accounts, grant: Any) -> None:
    grant("SELECT")
    ram = accounts.client("ram", "marketing")
    arn = invitations(accounts)[0]["resourceShareInvitationArn"]
    ram.reject_resource_share_invitation(resourceShareInvitationArn=arn)
    with pytest.raises(ram.exceptions.ResourceShareInvitationAlreadyRejectedException):
        ram.accept_resource_share_invitation(resourceShareInvitationArn=arn)
    assert ram.list_resources(resourceOwner="OTHER-ACCOUNTS")["resources"] == []
    grant("SELECT")
    assert sorted(one["status"] for one in invitations(accounts)) == ["PENDING", "REJECTED"]


def test_within_an_organization_nobody_is_invited(accounts: Accounts, grant: Any) -> None:
    assert accounts.client("ram", "centre").enable_sharing_with_aws_organization()["returnValue"]
    grant("SELECT")
    assert invitations(accounts) == []
    analyst = accounts.client("glue", "marketing", "analyst")
    assert analyst.get_table(CatalogId="111111111111", DatabaseName="sales", Name="orders")
    shared = accounts.client("ram", "marketing").list_resources(resourceOwner="OTHER-ACCOUNTS")["resources"]
    assert TABLE in {one["arn"] for one in shared}


def test_an_invitation_is_for_its_receiver(accounts: Accounts, grant: Any) -> None:
    grant("SELECT")
    arn = invitations(accounts)[0]["resourceShareInvitationArn"]
    other = accounts.client("ram", "shop")
    for wanted in (arn, INVITATION):
        with pytest.raises(other.exceptions.ResourceShareInvitationArnNotFoundException):
            other.accept_resource_share_invitation(resourceShareInvitationArn=wanted)
        with pytest.raises(other.exceptions.ResourceShareInvitationArnNotFoundException):
            other.get_resource_share_invitations(resourceShareInvitationArns=[wanted])
    for wrong in ("arn:aws:ram:eu-west-1:1:resource-share-invitation/1", TABLE):
        with pytest.raises(other.exceptions.MalformedArnException):
            other.accept_resource_share_invitation(resourceShareInvitationArn=wrong)


def test_lists_come_in_pages(accounts: Accounts, grant: Any, accept: Any) -> None:
    grant("SELECT")
    for number in range(7):
        accounts.client("glue", "centre").create_table(DatabaseName="sales", TableInput={"Name": f"t{number}"})
        grant("SELECT", Table={"DatabaseName": "sales", "Name": f"t{number}"})
    accept()
    ram = accounts.client("ram", "marketing")
    pages = list(
        ram.get_paginator("list_resources").paginate(
            resourceOwner="OTHER-ACCOUNTS", resourceType="glue:Table", PaginationConfig={"PageSize": 3}
        )
    )
    assert [len(page["resources"]) for page in pages] == [3, 3, 2]
    assert len({one["arn"] for page in pages for one in page["resources"]}) == 8
    with pytest.raises(ram.exceptions.InvalidNextTokenException):
        ram.list_resources(resourceOwner="SELF", nextToken="not one")
    with pytest.raises(ram.exceptions.InvalidResourceTypeException):
        ram.list_resources(resourceOwner="SELF", resourceType="ec2:Subnet")
    with pytest.raises(ram.exceptions.InvalidParameterException):
        ram.get_resource_share_associations(associationType="RESOURCE", principal="333333333333")
