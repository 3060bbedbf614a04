"""Where a job reads the table of another domain in S3, its account comes to give credentials for whole tables."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mesh_etl import embedded_aws
from mesh_etl.config import Project
from mesh_etl.errors import MeshError, PlanError
from mesh_etl.govern.apply import apply
from mesh_etl.govern.planned import planned
from mesh_etl.stores.s3_vended import refreshed

from .conftest import World

CENTRE, CRM, SHOP = "1" * 12, "2" * 12, "3" * 12
ARN = f"arn:aws:glue:eu-west-1:{CENTRE}:table/test_crm/people"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema: [{{name: {name}, properties: [{{name: id, logicalType: integer}}, {{name: phone, logicalType: string}}]}}]
{more}
"""
SHOWN = "roles: [{role: readers, access: read, customProperties: [{property: principals, value: [shop.engineer]}%s]}]"


def written(root: Path, reads: str, columns: str = "") -> Project:
    """Two domains in accounts of their own, one of which may read what the other publishes."""

    def domain(name: str) -> dict[str, Any]:
        rights = ["describe", "select", "insert", "delete", "alter"]
        persona = {"role": f"{name}-engineer", "rights": rights, "runs_jobs": True}
        return {"owner": name, "account": name, "warehouse": "s3://lake/w", "personas": {"engineer": persona}}

    mesh = {
        "name": "test",
        "warehouse": "table",  # with the record of what was applied
        "accounts": {"centre": {"id": CENTRE}, "crm": {"id": CRM}, "shop": {"id": SHOP}},
        "governance": {"account": "centre"},
        "domains": {name: domain(name) for name in ("crm", "shop")},
    }
    csv = {"type": "csv", "path": "raw/*.csv"}
    sources = {"crm.people": csv, "shop.visits": {"type": "table", "product": reads} if reads else csv}
    files = {"configs/mesh.yaml": json.dumps(mesh), "configs/env/local.yaml": "world: {type: local, home: .mesh}\n"}
    for product, source in sources.items():
        folder, _, name = product.partition(".")
        job = {"product": product, "source": source, "target": {"mode": "replace"}}
        files[f"configs/{folder}/{name}/job.yaml"] = json.dumps(job)
        more = SHOWN % columns if name == "people" else ""
        files[f"configs/{folder}/{name}/contract.yaml"] = CONTRACT.format(name=name, more=more)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Project.open(root)


def allowed(project: Project, account: str) -> bool:
    client = embedded_aws.client("lakeformation", project.root / ".mesh", account=account, role="mesh-governor")
    return bool(client.get_data_lake_settings()["DataLakeSettings"]["AllowFullTableExternalDataAccess"])


def given(project: Project) -> str:
    """The code with which the job of the shop is refused; empty where it has credentials for the table."""

    def client(service: str, **_: Any) -> Any:
        return embedded_aws.client(service, project.root / ".mesh", account=SHOP, role="shop-engineer")

    try:
        refreshed(SimpleNamespace(create_client=client), ARN)
    except MeshError as error:
        return error.code
    return ""


@pytest.mark.parametrize("columns", ["", ", {property: columns, value: [id]}"], ids=["all of it", "a part"])
def test_the_central_account_gives_them_to_who_is_shown_all_of_it(tmp_path: Path, columns: str) -> None:
    project = written(tmp_path, "crm.people", columns)
    apply(project, World(tmp_path / ".mesh"), "us")
    assert [allowed(project, one) for one in (CENTRE, CRM, SHOP)] == [True, False, False]
    assert given(project) == ("ACCESS_FILTERED" if columns else "")


@pytest.mark.parametrize("reads", ["", "crm.people"])
def test_an_account_that_was_governed_before_is_opened_by_who_says_so(tmp_path: Path, reads: str) -> None:
    world = World(tmp_path / ".mesh")
    apply(written(tmp_path, ""), world, "us")
    assert given(Project.open(tmp_path)) == "ACCESS_DENIED"
    project = written(tmp_path, reads)
    if not reads:
        assert not planned(project, world).changes
        return
    with pytest.raises(PlanError, match=r"can have credentials for its files.*--allow-dangerous"):
        apply(project, world, "us")
    assert not allowed(project, CENTRE)
    apply(project, world, "us", dangerous=True)
    assert (allowed(project, CENTRE), given(project)) == (True, "")


def test_it_is_never_taken_back_since_others_may_need_it(tmp_path: Path) -> None:
    world = World(tmp_path / ".mesh")
    apply(written(tmp_path, "crm.people"), world, "us")
    project = written(tmp_path, "")
    assert not planned(project, world).changes
    assert allowed(project, CENTRE)
