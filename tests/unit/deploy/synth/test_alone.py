"""No two units of an account share a name, or the place of their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.config import Project
from mesh_etl.deploy import names
from mesh_etl.deploy.alone import shared
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.synth.stack import NAME
from tests.security.deployed.mesh import HOME, REGION, alone, job, written


def project(root: Path, warehouses: dict[str, str], *, env: str = "prod", other: str = HOME) -> Project:
    """A mesh of one account with a product in each domain; the environment `prod-eu` is of the account `other`."""
    stated = alone()
    stated["domains"] = {one: {"owner": "x", "warehouse": where} for one, where in {**THEIRS, **warehouses}.items()}
    made = {
        one: job(one, {"type": "csv", "path": "s3://raw/in/"}, {"mode": "append"}, product=f"{one}.a")
        for one in warehouses
    }
    folder = written(root, stated, made)
    beside = f"world: {{type: aws, region: {REGION}, account: '{other}'}}"
    (folder / "configs/env/prod-eu.yaml").write_text(beside)
    return Project.open(folder, env)


THEIRS = {"sales": "s3://sales/t"}


def codes(project: Project, unit: str) -> list[str]:
    return [one.code for one in shared(project, estate(project, unit))]


@pytest.mark.parametrize(
    ("mesh", "env", "unit"),
    [
        ("demo", "prod", "sales"),
        ("a--b", "--", "c__d_"),
        ("Größe!", "p.d", "x"),
        ("-", "prod", "s"),
        ("m" * 200, "p", "s"),
    ],
)
def test_no_stack_s_name_has_two_hyphens_and_all_inside_begins_with_it(mesh: str, env: str, unit: str) -> None:
    stack = names.stack(mesh, env, unit)
    assert names.INSIDE not in stack
    assert not stack.endswith("-")
    if len(stack) <= NAME:
        made = (names.rule(stack, "p" * 200, "failed"), names.flow(stack, "d.p"), names.job(stack, "", "audit"))
        assert all(one.startswith(names.inside(stack)) for one in made)


@pytest.mark.parametrize("other", ["sales_base", "sales_tables", "sales_role", "sales__"])
def test_a_name_that_two_units_would_have_is_told_at_both(tmp_path: Path, other: str) -> None:
    found = project(tmp_path, {other: "s3://other/t"})
    (fault,) = shared(found, estate(found, other))
    assert (fault.code, fault.where.startswith("configs/mesh.yaml:")) == ("NAME_TAKEN", True)
    assert fault.problem.endswith(", as is what 'sales' has")
    assert codes(found, "sales") == ["NAME_TAKEN"]


@pytest.mark.parametrize("other", ["sales_eu", "sales_jobs", "sales_crawlers", "base"])
def test_a_name_that_only_begins_alike_is_none(tmp_path: Path, other: str) -> None:
    found = project(tmp_path, {other: "s3://other/t"})
    assert codes(found, other) == codes(found, "sales") == []


@pytest.mark.parametrize(("other", "told"), [(HOME, ["NAME_TAKEN"]), ("333333333333", [])])
def test_environments_count_where_they_are_of_one_account(tmp_path: Path, other: str, told: list[str]) -> None:
    found = project(tmp_path, {"eu_sales": "s3://other/t"}, other=other)  # prod and eu_sales, prod-eu and sales
    assert codes(found, "eu_sales") == told
    (fault, *_) = [*shared(found, estate(found, "eu_sales")), None]
    assert fault is None or "in the environment 'prod-eu'" in fault.problem


def test_environments_that_differ_in_capitals_alone_have_one_name(tmp_path: Path) -> None:
    found = project(tmp_path, {"eu": "s3://other/t"})
    (tmp_path / "configs/env/PROD.yaml").write_text((tmp_path / "configs/env/prod.yaml").read_text())
    assert codes(found, "eu") == ["NAME_TAKEN"]


def test_tables_of_one_lie_in_no_folder_of_another(tmp_path: Path) -> None:
    found = project(tmp_path, {"eu": "s3://sales/t/sales"})
    (fault,) = shared(found, estate(found, "eu"))
    assert (fault.code, fault.where.startswith("configs/mesh.yaml:")) == ("WAREHOUSE_INSIDE", True)
    assert codes(found, "sales") == []
    assert codes(project(tmp_path / "beside", {"eu": "s3://sales/t/sales_"}), "eu") == []
