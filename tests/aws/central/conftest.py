"""A mesh of three accounts whose central catalogue has a database for the domain `sales`, and a product to publish."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.contract.load import contract_of
from mesh_etl.crashtest.child import Ended, in_child
from mesh_etl.crashtest.watch import Strike, Watch
from mesh_etl.crashtest.world import WatchedWorld
from mesh_etl.errors import MeshError
from mesh_etl.pipeline import run_job
from mesh_etl.publish.central import central_input
from mesh_etl.run import engines
from mesh_etl.testing.accounts import Accounts

IDS = {"governance": "111111111111", "sales": "222222222222", "marketing": "333333333333"}
MESH = """\
name: demo
warehouse: warehouse
accounts:
  governance: {id: "111111111111"}
  sales: {id: "222222222222"}
  marketing: {id: "333333333333"}
governance: {account: governance, event_bus: default}
domains:
  sales:
    owner: sales-team
    account: sales
    personas:
      engineer: {role: sales-engineer, rights: [describe, select, alter, insert, delete], runs_jobs: true}
consumers:
  marketing: {account: marketing, principals: {analyst: marketing-analyst}}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    logicalType: object
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: month, logicalType: string, required: true}
      - {name: amount, logicalType: number, physicalType: "decimal(9,2)"}
"""
JOB = "product: sales.orders\nsource: {type: csv, path: 'in/*.csv'}\ntarget: {mode: append, partition_by: [month]}\n"


@dataclass
class Shop:
    """The project, its accounts, and what tests ask of them."""

    root: Path
    engine: Any
    accounts: Accounts
    delivered: int = 0

    @property
    def job(self) -> Any:
        return load("sales.orders", self.root)

    @property
    def world(self) -> Any:
        job = self.job
        return worlds.open(job.project.env, job.project.root)

    def write(self, name: str, text: str) -> None:
        path = self.root / "configs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def deliver(self, months: tuple[str, ...] = ("m01", "m02")) -> None:
        self.delivered += 1
        lines = "".join(f"{self.delivered}{number},{month},1.50\n" for number, month in enumerate(months))
        (self.root / "in").mkdir(exist_ok=True)
        (self.root / f"in/{self.delivered}.csv").write_text(f"id,month,amount\n{lines}")

    def run(self, strike: Strike | None = None) -> tuple[Any, list[str]]:
        """The report of a run, and the calls to AWS that it made."""
        watch = Watch(strike)
        report = run_job(self.job, self.engine, WatchedWorld(self.world, watch))
        return report, [one.name for one in watch.calls]

    def broken(self, strike: Strike) -> Ended:
        """How a run ended in a process of its own, in which one call breaks: `ok` or the code of its error."""

        def act() -> str:
            try:
                self.run(strike)
            except MeshError as error:
                return error.code
            return "ok"

        return in_child(act)

    def governor(self, service: str, account: str) -> Any:
        return self.accounts.client(service, account, "mesh-governor")

    def grant(self, account: str, principal: str, resource: dict[str, Any], *permissions: str) -> None:
        self.governor("lakeformation", account).grant_permissions(
            Principal={"DataLakePrincipalIdentifier": principal}, Resource=resource, Permissions=list(permissions)
        )

    def accept(self, account: str) -> None:
        ram = self.governor("ram", account)
        for one in ram.get_resource_share_invitations()["resourceShareInvitations"]:
            if one["status"] == "PENDING":
                ram.accept_resource_share_invitation(resourceShareInvitationArn=one["resourceShareInvitationArn"])

    def let_keep(self, table: str) -> None:
        """The job's role may do with the central entry what its persona declares."""
        engineer = self.accounts.role("sales", "sales-engineer")
        rights = ("DESCRIBE", "SELECT", "ALTER", "INSERT", "DELETE")
        self.grant("governance", engineer, {"Table": {"DatabaseName": "demo_sales", "Name": table}}, *rights)

    def share(self) -> None:
        """There is a central database, in which the job's role may make entries."""
        self.governor("glue", "governance").create_database(DatabaseInput={"Name": "demo_sales"})
        engineer = self.accounts.role("sales", "sales-engineer")
        self.grant("governance", engineer, {"Database": {"Name": "demo_sales"}}, "DESCRIBE", "CREATE_TABLE")

    def central(self) -> dict[str, Any]:
        glue = self.governor("glue", "governance")
        found: dict[str, Any] = glue.get_table(DatabaseName="demo_sales", Name="orders")["Table"]
        return found

    def central_places(self) -> dict[str, str]:
        pages = self.governor("glue", "governance").get_paginator("get_partitions")
        found = pages.paginate(DatabaseName="demo_sales", TableName="orders")
        return {one["Values"][0]: one["StorageDescriptor"]["Location"] for page in found for one in page["Partitions"]}

    def own_places(self) -> dict[str, str]:
        pages = self.governor("glue", "sales").get_paginator("get_partitions")
        found = pages.paginate(DatabaseName="sales", TableName="orders")
        return {one["Values"][0]: one["StorageDescriptor"]["Location"] for page in found for one in page["Partitions"]}

    def told(self) -> list[dict[str, Any]]:
        """The events on the bus."""
        return self.accounts.events("governance")


@pytest.fixture(scope="session")
def kernels() -> Any:
    with engines.open("embedded", cores=2) as engine:
        yield engine


@pytest.fixture
def bare(tmp_path: Path, kernels: Any) -> Shop:
    """The project; nobody has made anything in the accounts but closed them."""
    root = tmp_path / "project"
    shop = Shop(root, kernels, Accounts(root / ".mesh", IDS))
    shop.write("mesh.yaml", MESH)
    shop.write("env/local.yaml", "world: {type: local, home: .mesh}\nvalues: {}\n")
    shop.write("sales/orders/contract.yaml", CONTRACT)
    shop.write("sales/orders/job.yaml", JOB)
    for account in IDS:
        settings = {
            "DataLakeAdmins": [{"DataLakePrincipalIdentifier": shop.accounts.role(account, "mesh-governor")}],
            "CreateDatabaseDefaultPermissions": [],
            "CreateTableDefaultPermissions": [],
            "Parameters": {"CROSS_ACCOUNT_VERSION": "4"},
        }
        shop.accounts.client("lakeformation", account, "mesh-governor").put_data_lake_settings(
            DataLakeSettings=settings
        )
    engineer = shop.accounts.role("sales", "sales-engineer")
    shop.governor("glue", "sales").create_database(DatabaseInput={"Name": "sales"})
    rights = ("DESCRIBE", "SELECT", "ALTER", "INSERT", "DELETE")
    shop.grant("sales", engineer, {"Database": {"Name": "sales"}}, "DESCRIBE", "CREATE_TABLE")
    shop.grant("sales", engineer, {"Table": {"DatabaseName": "sales", "TableWildcard": {}}}, *rights)
    return shop


@pytest.fixture
def unaccepted(bare: Shop) -> Shop:
    """The central database and the product's entry are there and shared with the account, which has not accepted it."""
    bare.share()
    job = bare.job
    made = central_input(job, contract_of(job), bare.world)
    bare.governor("glue", "governance").create_table(DatabaseName="demo_sales", TableInput=made)
    bare.let_keep("orders")
    return bare


@pytest.fixture
def shop(unaccepted: Shop) -> Shop:
    """All is ready for a publish: the entry is there, and the job's role may keep it."""
    unaccepted.accept("sales")
    return unaccepted


@pytest.fixture
def unentered(bare: Shop) -> Shop:
    """The central database is shared, and the product has no entry in it."""
    bare.share()
    bare.accept("sales")
    return bare
