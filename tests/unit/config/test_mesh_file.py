"""The mesh file with domains in files of their own, in several environments."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.config import Project
from mesh_etl.errors import ConfigError
from mesh_etl.govern.compile import governance

MESH = """\
name: shop
warehouse: ${warehouse}
accounts:
  central: {id: "${central}"}
  sales: {id: "${sales}"}
governance: {account: central}
"""
SALES = """\
owner: sales-team
account: sales
personas:
  engineer: {role: "${prefix}engineer", rights: [describe, alter], runs_jobs: true}
"""
ENV = """\
world: {{type: aws, region: eu-west-1, account: "{central}"}}
values: {{warehouse: s3://{name}-lake, central: "{central}", sales: "{sales}", prefix: {name}-}}
"""
CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema: [{name: orders, properties: [{name: id, logicalType: integer}]}]
"""
JOB = "product: sales.orders\nsource: {type: csv, path: o.csv}\ntarget: {mode: replace}\n"


def project(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / "configs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(
        tmp_path,
        {
            "mesh.yaml": MESH,
            "sales/domain.yaml": SALES,
            "sales/orders/job.yaml": JOB,
            "sales/orders/contract.yaml": CONTRACT,
            "env/dev.yaml": ENV.format(name="dev", central="111111111111", sales="222222222222"),
            "env/prod.yaml": ENV.format(name="prod", central="333333333333", sales="444444444444"),
        },
    )


@pytest.mark.parametrize(
    ("env", "central", "sales"), [("dev", "111111111111", "222222222222"), ("prod", "333333333333", "444444444444")]
)
def test_the_same_files_govern_other_accounts_in_each_environment(
    root: Path, env: str, central: str, sales: str
) -> None:
    opened = Project.open(root, env)
    state = governance(opened).state
    assert set(state.settings) == {central, sales}
    assert {key.principal for key in state.grants} == {f"arn:aws:iam::{sales}:role/{env}-engineer", sales}
    assert {arn for _, arn in state.locations} == {f"arn:aws:s3:::{env}-lake/sales"}
    runner = opened.producer("sales")
    assert runner is not None
    assert runner.arn == f"arn:aws:iam::{sales}:role/{env}-engineer"


def test_a_fault_of_a_domain_stands_in_its_own_file(root: Path) -> None:
    project(root, {"sales/domain.yaml": SALES.replace("account: sales", "account: sale\ncolour: red")})
    with pytest.raises(ConfigError) as caught:
        Project.open(root, "dev")
    assert [str(one) for one in caught.value.faults] == [
        "configs/sales/domain.yaml:3:1: domains.sales.colour: unknown key 'colour'; "
        "known: account, deployment, description, owner, personas, tags, warehouse [UNKNOWN_KEY]"
    ]
    project(root, {"sales/domain.yaml": SALES.replace("account: sales", "account: sale")})
    with pytest.raises(ConfigError) as caught:
        Project.open(root, "dev")
    assert "configs/sales/domain.yaml:2:10: domains.sales.account: there is no account 'sale'" in str(caught.value)
    assert Project.open(project(root, {"sales/domain.yaml": SALES}), "dev").where_mesh("domains", "sales", "owner") == (
        "configs/sales/domain.yaml:1:8"
    )


def test_a_name_that_is_not_defined_is_told_where_it_stands(root: Path) -> None:
    project(root, {"sales/domain.yaml": SALES.replace("prefix", "prefx")})
    with pytest.raises(ConfigError) as caught:
        Project.open(root, "dev")
    assert "configs/sales/domain.yaml:4:20: domains.sales.personas.engineer.role: `${prefx}` is not defined" in str(
        caught.value
    )


def test_a_domain_stands_once(root: Path) -> None:
    project(root, {"mesh.yaml": MESH + "domains: {sales: {owner: o}}\n"})
    with pytest.raises(ConfigError) as caught:
        Project.open(root, "dev")
    assert str(caught.value) == (
        "configs/sales/domain.yaml:1:1: the domain 'sales' stands in mesh.yaml too; keep one of them [DOMAIN_TWICE]"
    )


def test_a_domain_file_in_a_folder_that_no_domain_can_be_called(root: Path) -> None:
    project(root, {"Sales-2/domain.yaml": "owner: o\n"})
    with pytest.raises(ConfigError) as caught:
        Project.open(root, "dev")
    assert "BAD_FORMAT" in str(caught.value)
