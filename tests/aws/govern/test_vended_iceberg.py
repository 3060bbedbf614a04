"""A job reads the Iceberg table of another domain: by its central entry, and by what Lake Formation lends.

Glue, Lake Formation and RAM are the embedded ones, which decide; S3 is moto's server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mesh_etl import embedded_aws, worlds
from mesh_etl.config import load
from mesh_etl.errors import MeshError, PlanError
from mesh_etl.govern.apply import apply
from mesh_etl.pipeline import run_product
from mesh_etl.plan.ledgers import ledger_of
from mesh_etl.stores import s3 as store
from mesh_etl.stores.s3_vended import refreshed

from .conftest import World
from .test_vending import ARN, CENTRE, SHOP, written

pytest.importorskip("pyiceberg")

from mesh_etl.tables.iceberg import LentLedger
from tests.engine.deleted_rows import delete_rows

LENT = "ASIA"
ROOT = "s3://lake/w/crm/people"


class Accounts(World):
    """The same accounts as AWS itself."""

    name = "aws"

    def location(self, path: str | Path) -> str:
        return str(path)


class Mesh:
    """`shop.visits` reads `crm.people`, which is an Iceberg table and published."""

    def __init__(self, root: Path, accounts: Accounts, columns: str = "") -> None:
        self.root, self.home, self.accounts = root, root / ".mesh", accounts
        self.asked: list[str] = []
        self.lasts = timedelta(hours=1)
        project = written(root, "crm.people", columns)
        (root / "configs/env/prod.yaml").write_text(
            json.dumps({"world": {"type": "aws", "region": "eu-west-1", "account": SHOP}})
        )
        path = root / "configs/crm/people/job.yaml"
        job = json.loads(path.read_text())
        path.write_text(json.dumps({**job, "target": {"mode": "replace", "format": "iceberg"}}))
        apply(project, World(self.home), "us", dangerous=True)

    def deliver(self, *rows: str) -> None:
        (self.root / "raw").mkdir(exist_ok=True)
        (self.root / "raw/1.csv").write_text("\n".join(("id,phone", *rows, "")))
        run_product("crm.people", self.root, "prod")

    def run(self) -> Any:
        return run_product("shop.visits", self.root, "prod")

    def ledger(self, product: str, reader: str) -> Any:
        return ledger_of(load(reader, self.root, "prod"), product)

    def credentials(self, session: Any, table: str) -> Any:
        """What Lake Formation lends the engineer of the shop."""
        client = embedded_aws.client("lakeformation", self.home, account=SHOP, role="shop-engineer")

        def ask(**words: Any) -> Any:
            self.asked.append(words["TableArn"])
            given = client.get_temporary_glue_table_credentials(**words)
            return {**given, "Expiration": datetime.now(UTC) + self.lasts}

        asking = SimpleNamespace(get_temporary_glue_table_credentials=ask, exceptions=client.exceptions)
        return refreshed(SimpleNamespace(create_client=lambda *_, **__: asking), table)

    def central(self, place: str = "", **parameters: str | None) -> None:
        """Somebody sets these parameters of the central entry, or takes them away (None), or its place."""
        glue = embedded_aws.client("glue", self.home, account=CENTRE, role="mesh-governor")
        named = {"DatabaseName": "test_crm", "Name": "people"}
        found = glue.get_table(**named)["Table"]
        kept = {name: found[name] for name in ("Name", "TableType", "StorageDescriptor") if name in found}
        changed = {**found["Parameters"], **parameters}
        kept["Parameters"] = {name: value for name, value in changed.items() if value is not None}
        if place:
            kept["StorageDescriptor"]["Location"] = place
        glue.update_table(DatabaseName="test_crm", TableInput=kept)


@pytest.fixture
def make(s3: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Mesh]]:
    """Makes the mesh: whatever world is opened then is its accounts, and what is lent is lent by them."""
    monkeypatch.setattr(store, "client", store.cache(store.client.__wrapped__))  # none of an earlier test
    monkeypatch.setattr("mesh_etl.storage.s3.client", store.client)
    monkeypatch.setattr("mesh_etl.stores.s3_table.client", store.client)
    accounts = Accounts(tmp_path / ".mesh")

    def made(columns: str = "") -> Mesh:
        mesh = Mesh(tmp_path, accounts, columns)
        monkeypatch.setattr(store, "refreshed", mesh.credentials)
        mesh.deliver("1,a", "2,b", "3,c")
        return mesh

    with worlds.through(lambda _: accounts):
        yield made


@pytest.fixture
def mesh(make: Callable[..., Mesh]) -> Mesh:
    return make()


def rows(report: Any) -> int:
    assert report.outcome == "published"
    return int(report.snapshot.rows)


def test_it_is_read_at_the_version_that_the_central_entry_names_by_loans_that_are_renewed(mesh: Mesh) -> None:
    mesh.lasts = timedelta(minutes=5)  # within the time in which botocore asks anew
    assert rows(mesh.run()) == 3
    assert set(mesh.asked) == {ARN}
    assert len(mesh.asked) > 1
    mesh.deliver("1,a", "4,d")
    report = mesh.run()
    assert rows(report) == 2
    assert all(one.path.startswith(f"{ROOT}/data/") for one in report.entry.inputs)
    assert mesh.run().outcome == "done before"


def test_each_request_for_it_bears_what_was_lent_and_nothing_is_written(mesh: Mesh) -> None:
    asked: list[tuple[str, str, bool]] = []

    def noted(request: Any, **_: Any) -> None:
        lent = f"Credential={LENT}" in request.headers["Authorization"].decode()
        asked.append((request.method, request.url.partition("/lake")[2], lent))

    own = mesh.ledger("shop.visits", "shop.visits").storage
    for client in (mesh.ledger("crm.people", "shop.visits").storage.storage.client, own.client):
        client.meta.events.register("before-send.s3", noted)
    mesh.run()
    theirs = [(method, lent) for method, path, lent in asked if "w/crm" in path or "w%2Fcrm" in path]
    assert set(theirs) == {("GET", True)}
    assert {lent for _, path, lent in asked if "w/shop" in path} == {False}


def test_rows_that_another_engine_has_deleted_are_not_there_and_no_copy_is_made(mesh: Mesh, s3: Any) -> None:
    assert rows(mesh.run()) == 3
    own = mesh.ledger("crm.people", "crm.people")
    delete_rows(own, [1])
    mesh.central(metadata_location=own.table().metadata_location)
    before = everything(s3)
    assert rows(mesh.run()) == 2
    assert [key for key in everything(s3) - before if key.startswith("w/crm")] == []
    assert mesh.run().outcome == "done before"
    delete_rows(own, [2])
    mesh.central(metadata_location=own.table().metadata_location)
    assert rows(mesh.run()) == 1


def test_the_version_is_pinned_when_it_is_looked_at_first(mesh: Mesh) -> None:
    ledger = mesh.ledger("crm.people", "shop.visits")
    assert isinstance(ledger, LentLedger)
    first = ledger.state().seq
    mesh.deliver("1,a", "4,d")
    assert ledger.state().seq == first
    assert ledger.snapshot().rows == 3
    assert mesh.ledger("crm.people", "shop.visits").snapshot().rows == 2


def test_what_would_have_to_be_filtered_is_refused(make: Callable[..., Mesh]) -> None:
    with pytest.raises(PlanError) as found:
        make(", {property: columns, value: [id]}").run()
    assert found.value.code == "ACCESS_FILTERED"


def test_what_leads_out_of_the_table_or_nowhere_is_refused_and_says_nothing_of_it(mesh: Mesh) -> None:
    right = mesh.ledger("crm.people", "crm.people").table().metadata_location
    for pointer, code in (
        ("s3://lake/w/crm/payroll/metadata/1.metadata.json", "ICEBERG_ELSEWHERE"),
        ("s3://payroll/w/crm/people/metadata/1.metadata.json", "ICEBERG_ELSEWHERE"),
        (f"{ROOT}/../payroll/1.metadata.json", "ICEBERG_ELSEWHERE"),
        ("file:///payroll", "ICEBERG_ELSEWHERE"),
        (f"{ROOT}/metadata/none.metadata.json", "LEDGER_MISSING"),
        (None, "INPUT_MISSING"),
    ):
        mesh.central(metadata_location=pointer)
        with pytest.raises(MeshError) as found:
            mesh.run()
        assert (pointer, found.value.code) == (pointer, code)
        assert "payroll" not in str(found.value)
    mesh.central(metadata_location=right, place="s3://lake/w/crm/other")
    with pytest.raises(PlanError, match=r"lies elsewhere than configs/mesh.yaml does.*\[ICEBERG_ELSEWHERE\]"):
        mesh.run()
    mesh.central(place=ROOT)
    own = mesh.ledger("crm.people", "crm.people")
    delete_rows(own, [1], place="s3://lake/elsewhere")
    mesh.central(metadata_location=own.table().metadata_location)
    with pytest.raises(PlanError, match=r"only those below it are lent.*\[ICEBERG_ELSEWHERE\]"):
        mesh.run()


def test_a_role_that_may_not_look_at_the_entry_is_told_so(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    for code, found_as in (
        ("AccessDeniedException", "ACCESS_DENIED"),
        ("InternalServiceException", "CATALOG_UNREACHABLE"),
    ):

        def refused(name: str, phase: str, code: str = code) -> None:
            if name == "glue.GetTable":
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, name)

        monkeypatch.setattr(mesh.accounts, "fault", refused)
        with pytest.raises(MeshError) as found:
            mesh.run()
        assert (found.value.code, found.value.retryable) == (found_as, found_as == "CATALOG_UNREACHABLE")
        assert "test_crm.people" in str(found.value)


def everything(s3: Any) -> set[str]:
    return {one["Key"] for one in s3.list_objects_v2(Bucket="lake").get("Contents", ())}
