"""A catalogue of two databases with tables, its administrator, and roles in it and in another account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mesh_etl.testing.accounts import Accounts, aws

IDS = {"centre": "111111111111", "shop": "222222222222", "marketing": "333333333333"}
CENTRE, SHOP, MARKETING = IDS.values()
ORDERS = [("id", "bigint"), ("email", "string"), ("region", "string"), ("paid", "boolean"), ("lines", "array<string>")]
EVERYBODY = "IAM_ALLOWED_PRINCIPALS"


@dataclass
class Lake:
    """The accounts, and what the tests ask of them most: in the account `centre`, as its administrator."""

    accounts: Accounts

    def __getattr__(self, call: str) -> Any:
        return getattr(self.client("centre", "admin"), call)

    def client(self, account: str, role: str, service: str = "lakeformation") -> Any:
        return self.accounts.client(service, account, role)

    def role(self, role: str, account: str = "centre") -> str:
        return self.accounts.role(account, role)

    def settle(self, account: str = "centre", version: int = 3, **more: Any) -> None:
        """The account has an administrator, and what is made in it from now on is open to nobody."""
        self.client(account, "admin").put_data_lake_settings(
            DataLakeSettings={
                "DataLakeAdmins": [{"DataLakePrincipalIdentifier": self.role("admin", account)}],
                "CreateDatabaseDefaultPermissions": [],
                "CreateTableDefaultPermissions": [],
                "Parameters": {"CROSS_ACCOUNT_VERSION": str(version)},
                **more,
            }
        )

    def make(self, base: str, *tables: str, columns: list[tuple[str, str]] | None = None) -> None:
        glue = self.client("centre", "admin", "glue")
        glue.create_database(DatabaseInput={"Name": base})
        for name in tables:
            types = [{"Name": column, "Type": kind} for column, kind in columns or ORDERS]
            storage = {"Columns": types, "Location": f"s3://lake/{base}/{name}/"}
            keys = [{"Name": "year", "Type": "int"}]
            glue.create_table(
                DatabaseName=base, TableInput={"Name": name, "StorageDescriptor": storage, "PartitionKeys": keys}
            )

    def grant(
        self, to: str, resource: dict[str, Any], *rights: str, option: tuple[str, ...] = (), by: Any = None
    ) -> None:
        (by or self.client("centre", "admin")).grant_permissions(**asked(to, resource, rights, option))

    def revoke(
        self, to: str, resource: dict[str, Any], *rights: str, option: tuple[str, ...] = (), by: Any = None
    ) -> None:
        (by or self.client("centre", "admin")).revoke_permissions(**asked(to, resource, rights, option))

    def tag(self, resource: dict[str, Any], **tags: str) -> None:
        pairs = [{"TagKey": key, "TagValues": [value]} for key, value in tags.items()]
        assert self.add_lf_tags_to_resource(Resource=resource, LFTags=pairs)["Failures"] == []

    def seen(
        self, role: str = "analyst", account: str = "centre", base: str = "sales", name: str = "orders"
    ) -> set[str]:
        """The columns that a role of the account finds in the table, partition keys left out."""
        glue = self.client(account, role, "glue")
        table = glue.get_table(CatalogId=CENTRE, DatabaseName=base, Name=name)["Table"]
        return {column["Name"] for column in table["StorageDescriptor"]["Columns"]}

    def accept(self, account: str) -> None:
        ram = self.client(account, "admin", "ram")
        for one in ram.get_resource_share_invitations()["resourceShareInvitations"]:
            if one["status"] == "PENDING":
                ram.accept_resource_share_invitation(resourceShareInvitationArn=one["resourceShareInvitationArn"])

    def listed(self, account: str = "centre", role: str = "admin", **asked: Any) -> list[dict[str, Any]]:
        """The grants that are listed, but for those that people have on what they have made."""
        found = self.client(account, role).list_permissions(**asked)["PrincipalResourcePermissions"]
        made = f":role/{role}"
        return [one for one in found if not one["Principal"]["DataLakePrincipalIdentifier"].endswith(made)]


def asked(to: str, resource: dict[str, Any], rights: tuple[str, ...], option: tuple[str, ...]) -> dict[str, Any]:
    principal = {"DataLakePrincipalIdentifier": to}
    return {
        "Principal": principal,
        "Resource": resource,
        "Permissions": list(rights),
        "PermissionsWithGrantOption": list(option),
    }


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """The centre has the database `sales` with the table `orders`, and the tag `level` of three values."""
    with aws(IDS, home=tmp_path) as accounts:
        made = Lake(accounts)
        made.settle()
        made.make("sales", "orders", "returns")
        made.create_lf_tag(TagKey="level", TagValues=["public", "internal", "secret"])
        made.create_lf_tag(TagKey="domain", TagValues=["sales", "customer"])
        yield made


@pytest.fixture
def refused() -> Callable[..., str]:
    """A function that makes a call which must be refused with a code; it gives the message."""

    def check(code: str, call: Any, *arguments: Any, **parameters: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(*arguments, **parameters)
        assert caught.value.response["Error"]["Code"] == code
        return str(caught.value.response["Error"]["Message"])

    return check


@pytest.fixture
def orders() -> dict[str, Any]:
    """The table sales.orders as a resource."""
    return {"Table": {"DatabaseName": "sales", "Name": "orders"}}


@pytest.fixture
def columns() -> Callable[..., dict[str, Any]]:
    """A function that gives columns of sales.orders as a resource: these, or all but those."""

    def resource(*names: str, but: tuple[str, ...] = ()) -> dict[str, Any]:
        what = {"ColumnNames": list(names)} if names else {"ColumnWildcard": {"ExcludedColumnNames": list(but)}}
        return {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", **what}}

    return resource


@pytest.fixture
def policy() -> Callable[..., dict[str, Any]]:
    """A function that gives whatever has certain tags as a resource."""

    def resource(kind: str = "TABLE", **keys: list[str]) -> dict[str, Any]:
        expression = [{"TagKey": key, "TagValues": values} for key, values in keys.items()]
        return {"LFTagPolicy": {"ResourceType": kind, "Expression": expression}}

    return resource
