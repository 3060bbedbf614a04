"""What apply makes, and that it makes it once."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from mesh_etl.config import Project
from mesh_etl.errors import PlanError, PublishError
from mesh_etl.govern.apply import apply
from mesh_etl.govern.evaluate import Evaluator
from mesh_etl.govern.observe import observed
from mesh_etl.govern.planned import planned, record
from mesh_etl.govern.state import Database, Table
from mesh_etl.govern.state.groups import EVERYBODY
from tests.aws.govern.conftest import CONTRACT, GOVERNANCE, JOB, MARKETING, MESH, SALES, World, written

ORDERS = Table(GOVERNANCE, "shop_sales", "orders")
ANALYST = f"arn:aws:iam::{MARKETING}:role/marketing-analyst"
ENGINEER = f"arn:aws:iam::{SALES}:role/sales-engineer"


def test_the_accounts_hold_what_is_asked_for(project: Project, world: World) -> None:
    done = apply(project, world, "me")
    assert {change.step for change in done.made} == {1, 2, 3, 4, 5, 7, 8}
    state = observed(project, world)
    assert state.tables[ORDERS].columns == ("id", "region", "email")
    assert state.databases[Database(SALES, "shop_sales")].target == Database(GOVERNANCE, "shop_sales")
    assert {share.status for share in state.shares.values()} == {"ACTIVE"}
    assert not [key for key in state.grants if key.principal == EVERYBODY and key.account == GOVERNANCE]
    assert all(one.cross_account_version >= 3 and not one.open_tables for one in state.settings.values())
    seen = Evaluator(state).access(ANALYST, ORDERS)
    assert {name: one.verdict for name, one in seen.columns.items()} == {
        "id": "allowed",
        "region": "allowed",
        "email": "denied",
    }
    assert seen.column("id").rows == ("region = 'EUROPE'",)
    assert seen.column("region").rows == ()  # it is public, and the mesh file gives what is public
    assert Evaluator(state).access(ENGINEER, ORDERS).verdict == "allowed"
    assert Evaluator(state).access(f"arn:aws:iam::{MARKETING}:role/stranger", ORDERS).denied


def test_applying_twice_writes_nothing(project: Project, world: World) -> None:
    apply(project, world, "me")
    again = World(world.home)
    kept = len(record(project).entries())
    assert apply(project, again, "me").made == ()
    assert again.writes == []
    assert len(record(project).entries()) == kept


def test_no_call_is_made_for_each_table_or_column(project: Project, world: World) -> None:
    apply(project, world, "me")
    few = World(world.home)
    planned(project, few)
    glue = few.client("glue", project.identity("governance"))
    lake = few.client("lakeformation", project.identity("governance"))
    for number in range(40):
        columns = [{"Name": f"c{one}", "Type": "int"} for one in range(20)]
        table = {"Name": f"t{number}", "StorageDescriptor": {"Columns": columns}}
        glue.create_table(DatabaseName="shop_sales", TableInput=table)
        named = {"DatabaseName": "shop_sales", "Name": f"t{number}", "ColumnNames": ["c1", "c2"]}
        public = [{"TagKey": "sensitivity", "TagValues": ["public"]}]
        lake.add_lf_tags_to_resource(Resource={"TableWithColumns": named}, LFTags=public)
    many = World(world.home)
    planned(project, many)
    reads = [name for name in few.calls if name.split(".")[1].startswith(("Get", "List", "Search"))]
    assert len(many.calls) == len(reads) <= 12 * len(project.mesh.accounts)


def test_other_administrators_stay(project: Project, world: World) -> None:
    lake = world.client("lakeformation", project.identity("sales"))
    own = project.identity("sales").arn
    admins = [own, f"arn:aws:iam::{SALES}:role/somebody"]
    lake.put_data_lake_settings(
        DataLakeSettings={"DataLakeAdmins": [{"DataLakePrincipalIdentifier": one} for one in admins]}
    )
    apply(project, world, "me")
    assert observed(project, world).settings[SALES].admins == frozenset(admins)


def test_what_others_have_given_is_told_and_stays(project: Project, world: World) -> None:
    apply(project, world, "me")
    foreign = f"arn:aws:iam::{GOVERNANCE}:role/auditor"
    _grant(world, project, foreign, ["SELECT"])
    changes = planned(project, world).changes
    assert not changes
    assert [(one.key.principal, one.key.resource) for one in changes.foreign] == [(foreign, ORDERS)]


def test_what_others_have_given_goes_where_the_mesh_is_exclusive(project: Project, world: World) -> None:
    apply(project, world, "me")
    foreign = f"arn:aws:iam::{GOVERNANCE}:role/auditor"
    _grant(world, project, foreign, ["SELECT"])
    exclusive = written(project.root, MESH.replace("{account: governance}", "{account: governance, exclusive: true}"))
    with pytest.raises(PlanError) as caught:
        apply(exclusive, world, "me")
    assert caught.value.code == "GOVERN_DANGEROUS"
    apply(exclusive, world, "me", dangerous=True)
    assert not [key for key in observed(project, world).grants if key.principal == foreign]


def test_more_rights_than_declared_are_taken_back(project: Project, world: World) -> None:
    apply(project, world, "me")
    _grant(world, project, ANALYST, ["SELECT"])
    assert Evaluator(observed(project, world)).access(ANALYST, ORDERS).column("email").verdict == "allowed"
    apply(project, world, "me", dangerous=True)
    assert Evaluator(observed(project, world)).access(ANALYST, ORDERS).column("email").verdict == "denied"


def test_a_consumer_who_has_left_the_mesh_file_is_still_known(project: Project, world: World) -> None:
    apply(project, world, "me")
    without = MESH.replace("access:\n  - {to: marketing.analyst, tagged: open}\n", "")
    kept = written(project.root, without, CONTRACT[: CONTRACT.index("roles:")])
    assert planned(kept, world).changes.dangerous
    apply(kept, world, "me", dangerous=True)
    state = observed(kept, world)
    assert not [key for key in state.grants if key.principal == ANALYST]
    assert Evaluator(state).access(ANALYST, ORDERS).denied
    assert not state.filters


def test_a_dropped_column_is_closed_and_comes_back_closed(project: Project, world: World) -> None:
    apply(project, world, "me")
    _publish(world, project, "id", "region", "email")
    dropped = CONTRACT[: CONTRACT.index("roles:")].replace(
        "      - {name: region, logicalType: string, classification: public}\n", ""
    )
    without = written(project.root, contract=dropped)
    apply(without, world, "me", dangerous=True)
    assert Evaluator(observed(without, world)).access(ANALYST, ORDERS).column("region").verdict == "denied"
    again = World(world.home)
    assert not apply(without, again, "me").made
    assert again.writes == []
    _publish(world, project, "id", "email")
    _publish(world, project, "id", "region", "email")
    back = written(project.root)
    assert Evaluator(observed(back, world)).access(ANALYST, ORDERS).column("region").verdict == "denied"
    apply(back, world, "me", dangerous=True)
    assert Evaluator(observed(back, world)).access(ANALYST, ORDERS).column("region").verdict == "allowed"


def test_a_producers_own_entry_comes_before_data_and_stays_once_published(project: Project, world: World) -> None:
    apply(project, world, "me")
    own = Table(SALES, "sales", "orders")
    assert observed(project, world).tables[own].columns == ("id", "region", "email")
    other = written(project.root, contract=CONTRACT.replace("email", "mail"))
    apply(other, world, "me", dangerous=True)
    assert observed(other, world).tables[own].columns == ("id", "region", "mail")
    _publish(world, other, "id", account="sales", database="sales")
    shutil.rmtree(project.root / "configs/sales/orders")
    left = Project.open(project.root)
    apply(left, world, "me", dangerous=True)
    assert own in observed(left, world).tables
    assert ORDERS not in observed(left, world).tables


def test_an_iceberg_table_is_entered_by_its_first_commit(project: Project, world: World) -> None:
    job = project.root / "configs/sales/orders/job.yaml"
    job.write_text(JOB.replace("target: {", "target: {format: iceberg, "))
    apply(Project.open(project.root), world, "me")
    assert [one for one in observed(project, world).tables if one.catalog == SALES] == []


def test_a_dangerous_plan_is_refused_and_writes_nothing(project: Project, world: World) -> None:
    apply(project, world, "me")
    shown = written(project.root, contract=CONTRACT.replace("[id, region]", "[id, region, email]"))
    again = World(world.home)
    with pytest.raises(PlanError, match="shows more columns: email"):
        apply(shown, again, "me")
    assert again.writes == []


def test_a_refusal_is_told_with_account_and_action(project: Project, world: World) -> None:
    from botocore.exceptions import ClientError

    def refuse(name: str, phase: str) -> None:
        if name == "lakeformation.CreateLFTagExpression":
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "CreateLFTagExpression")

    world.fault = refuse
    with pytest.raises(PublishError) as caught:
        apply(project, world, "me")
    (fault,) = caught.value.faults
    assert fault.code == "GOVERN_DENIED"
    assert "lakeformation:CreateLFTagExpression" in fault.problem
    assert "account governance" in fault.where
    assert "hold; mesh-etl govern apply goes on from there" in fault.fix


def _publish(
    world: World, project: Project, *columns: str, account: str = "governance", database: str = "shop_sales"
) -> None:
    """The entry is as a run leaves it whose data have these columns."""
    glue = world.client("glue", project.identity(account))
    found = glue.get_table(DatabaseName=database, Name="orders")["Table"]
    storage = {**found["StorageDescriptor"], "Columns": [{"Name": name, "Type": "string"} for name in columns]}
    parameters = {**found["Parameters"], "mesh_etl.published_seq": "1"}
    entry = {"Name": "orders", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage, "Parameters": parameters}
    glue.update_table(DatabaseName=database, TableInput=entry)


def _grant(world: World, project: Project, principal: str, rights: list[str]) -> Any:
    world.client("lakeformation", project.identity("governance")).grant_permissions(
        Principal={"DataLakePrincipalIdentifier": principal},
        Resource={"Table": {"DatabaseName": "shop_sales", "Name": "orders"}},
        Permissions=rights,
    )
