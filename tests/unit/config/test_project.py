from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mesh_etl.config import LoadedJob, LocalWorld, Project, load
from mesh_etl.errors import ConfigError

MESH = """\
name: Example
warehouse: ${warehouse}
domains:
  sales: {owner: sales-team, description: Orders}
  customer: {owner: customer-team}
"""
ENV = "world: {type: local}\nvalues: {base: .mesh, raw: '${base}/raw', warehouse: '${base}/warehouse'}\n"
JOB = """\
product: sales.orders
source: {type: csv, path: "${raw}/orders*.csv"}
transforms:
  - {type: filter, where: "status <> 'X'"}
target: {mode: replace}
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / "configs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        {
            "mesh.yaml": MESH,
            "env/local.yaml": ENV,
            "env/prod.yaml": ENV.replace("{type: local}", "{type: aws, region: eu-west-1, account: '123456789012'}"),
            "sales/orders/job.yaml": JOB,
            "sales/orders/contract.yaml": "kind: DataContract\n",
            "customer/customers/job.yaml": JOB.replace("sales.orders", "customer.customers"),
        },
    )


def fault(what: str | Path, root: Path, env: str = "local") -> str:
    with pytest.raises(ConfigError) as caught:
        load(what, root, env)
    return str(caught.value)


def test_project(root: Path) -> None:
    project = Project.open(root)
    assert project.root == root.resolve()
    assert project.mesh.domains["sales"].owner == "sales-team"
    assert project.env.world == LocalWorld()
    assert project.env.values == {"base": ".mesh", "raw": ".mesh/raw", "warehouse": ".mesh/warehouse"}
    assert project.products() == ("customer.customers", "sales.orders")
    assert project.warehouse == str(root.resolve() / ".mesh/warehouse")
    assert project.table_root("sales.orders") == f"{project.warehouse}/sales/orders"


def test_addresses_and_absolute_paths_stay(root: Path) -> None:
    project = Project.open(root)
    assert project.path("s3://bucket/mesh/") == "s3://bucket/mesh"
    assert project.path("/data/x") == "/data/x"


def test_project_is_found_from_a_folder_below(root: Path) -> None:
    assert Project.open(root / "configs" / "sales" / "orders").root == root.resolve()


def test_job_by_product(root: Path) -> None:
    job = load("sales.orders", root)
    assert isinstance(job, LoadedJob)
    assert (job.product, job.domain, job.name) == ("sales.orders", "sales", "orders")
    assert job.path == Path("configs/sales/orders/job.yaml")
    assert job.contract_path == root.resolve() / "configs/sales/orders/contract.yaml"
    assert job.table_root == job.project.table_root("sales.orders")
    assert job.job.source.type == "csv"
    assert job.where("transforms", 0, "where") == "configs/sales/orders/job.yaml:4:27"
    assert job.where("transforms", 0, "where", key=True) == "configs/sales/orders/job.yaml:4:20"


def test_job_by_path(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_product = load("sales.orders", root)
    monkeypatch.chdir(root / "configs" / "sales")
    for what in (
        root / "configs/sales/orders/job.yaml",
        "configs/sales/orders/job.yaml",
        "configs/sales/orders",
        "orders/job.yaml",
    ):
        assert load(what, root) == by_product


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Project.open(tmp_path)
    assert caught.value.code == "NO_PROJECT"
    assert "configs/mesh.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("what", "env", "message"),
    [
        (
            "sales.order",
            "local",
            "configs: there is no product 'sales.order'; did you mean 'sales.orders'? [UNKNOWN_PRODUCT]",
        ),
        ("sales.orders", "prd", "configs/env: there is no environment 'prd'; did you mean 'prod'? [UNKNOWN_ENV]"),
        ("sales.orders", "x", "configs/env: there is no environment 'x'; known: local, prod [UNKNOWN_ENV]"),
        ("sales.orders", "../mesh", "configs/env: there is no environment '../mesh'; known: local, prod [UNKNOWN_ENV]"),
        (
            "customer.customers",
            "local",
            "configs/customer/customers/job.yaml:1:1: contract: there is no such file; "
            "write it, or have it drafted: mesh-etl infer PATH --out DIR [CONTRACT_MISSING]",
        ),
        (
            "configs/mesh.yaml",
            "local",
            "configs/mesh.yaml: this is not the place of a job file; "
            "a job stands at configs/<domain>/<product>/job.yaml [JOB_MISPLACED]",
        ),
        ("configs/sales/nope/job.yaml", "local", "configs/sales/nope/job.yaml: there is no such job file"),
    ],
)
def test_what_is_not_there(root: Path, what: str, env: str, message: str) -> None:
    assert fault(what, root, env).startswith(message)


def test_product_must_say_what_its_folder_says(root: Path) -> None:
    write(root, {"sale/order/job.yaml": JOB.replace("target", "targets"), "sale/order/contract.yaml": "a: 1"})
    assert fault("sale.order", root).splitlines() == [
        "configs/sale/order/job.yaml:1:1: target: is required; add the key 'target' [MISSING_KEY]",
        "configs/sale/order/job.yaml:1:10: product: does not match its folder, which says 'sale.order'; "
        "rename one of the two [PRODUCT_MISPLACED]",
        "configs/sale/order/job.yaml:1:10: product: the domain 'sale' is not in configs/mesh.yaml; "
        "did you mean 'sales'? [UNKNOWN_DOMAIN]",
        "configs/sale/order/job.yaml:5:1: targets: unknown key 'targets'; did you mean 'target'? [UNKNOWN_KEY]",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "mesh.yaml",
            "owner: sales-team, desc",
            "owner: x, ddesc",
            "4:21: domains.sales.ddescription: unknown key 'ddescription'; did you mean 'description'?",
        ),
        (
            "mesh.yaml",
            "${warehouse}",
            "${wharehouse}",
            "2:12: warehouse: `${wharehouse}` is not defined; did you mean 'warehouse'? "
            "(searched configs/env/local.yaml)",
        ),
        ("mesh.yaml", "sales:", "Sales:", "4:3: domains.Sales: does not match the pattern"),
        (
            "env/local.yaml",
            "type: local",
            "type: lokal",
            "1:15: world: unknown type 'lokal'; did you mean 'local'? (known: aws, local)",
        ),
        (
            "env/local.yaml",
            "${base}/raw",
            "${bas}/raw",
            "2:28: values.raw: `${bas}` is not defined; did you mean 'base'? (searched configs/env/local.yaml)",
        ),
        (
            "env/local.yaml",
            "{type: local}",
            "{type: aws, region: eu-west-1, account: 123456789012}",
            "1:48: world.account: expected a string, found a whole number; put it in quotes",
        ),
    ],
)
def test_mistakes_in_mesh_and_env(root: Path, name: str, old: str, new: str, message: str) -> None:
    path = root / "configs" / name
    path.write_text(path.read_text().replace(old, new, 1))
    lines = fault("sales.orders", root).splitlines()
    assert lines[0].startswith(f"configs/{name}:{message}")
    assert len([line for line in lines if line.startswith(f"configs/{name}:{message}")]) == 1


def test_plugin_beside_the_configs_is_imported(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (root / "mesh_test_plugin.py").write_text("LOADED = True\n")
    write(root, {"mesh.yaml": MESH + "plugins: [mesh_test_plugin]\n"})
    Project.open(root)
    assert sys.modules.pop("mesh_test_plugin").LOADED


@pytest.mark.parametrize(
    "source", ["raise SystemExit(0)", "import sys\nsys.exit('cell')", "class Own(Exception): pass\nraise Own('cell')"]
)
def test_a_plugin_that_exits_does_not_end_the_command_as_if_all_were_well(root, monkeypatch, source) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (root / "mesh_test_exits.py").write_text(source)
    write(root, {"mesh.yaml": MESH + "plugins: [mesh_test_exits]\n"})
    with pytest.raises(ConfigError) as caught:
        Project.open(root)
    assert [fault.code for fault in caught.value.faults] == ["PLUGIN_FAILED"]
    assert "cell" not in str(caught.value)


@pytest.mark.parametrize("place", ["{outside}/contract.yaml", "../../../../{outside.name}/contract.yaml", "/x.yaml"])
def test_a_contract_stands_in_the_project(root, tmp_path_factory, place) -> None:
    job = root / "configs/sales/orders/job.yaml"
    outside = tmp_path_factory.mktemp("outside")
    (outside / "contract.yaml").write_text((job.parent / "contract.yaml").read_text())
    text = "\n".join(line for line in job.read_text().splitlines() if not line.startswith("contract:"))
    job.write_text(f"{text}\ncontract: {place.format(outside=outside)}\n")
    with pytest.raises(ConfigError) as caught:
        Project.open(root).job("sales.orders")
    assert [fault.code for fault in caught.value.faults] == ["PATH_OUTSIDE"]


def test_plugins_that_cannot_be_imported(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (root / "mesh_test_broken.py").write_text("1 / 0\n")
    write(root, {"mesh.yaml": MESH + "plugins:\n  - mesh_test_nowhere.sources\n  - mesh_test_broken\n"})
    with pytest.raises(ConfigError) as caught:
        Project.open(root)
    assert [(fault.code, fault.where, fault.problem) for fault in caught.value.faults] == [
        ("PLUGIN_MISSING", "configs/mesh.yaml:7:5", "plugins: there is no module 'mesh_test_nowhere.sources'"),
        (
            "PLUGIN_FAILED",
            "configs/mesh.yaml:8:5",
            "plugins: 'mesh_test_broken' cannot be imported: it raises ZeroDivisionError",
        ),
    ]


def test_a_job_is_found_without_looking_for_all_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh_etl.config.placement.products", lambda root: pytest.fail("all jobs are listed"))
    assert load("sales.orders", root).product == "sales.orders"


@pytest.mark.parametrize("product", ["sales...", "..sales", "sales.", "a.b.c", "sales.orders\\..", ".."])
def test_a_name_that_leads_elsewhere_is_no_product(root: Path, product: str) -> None:
    with pytest.raises(ConfigError, match="there is no product"):
        load(product, root)


def test_a_job_is_checked_again_only_where_its_text_is_another(root: Path) -> None:
    project = Project.open(root)
    first = project.job("sales.orders")
    assert project.job("sales.orders").job is first.job
    path = root / first.path
    text = path.read_text()
    path.write_text(text + "quarantine: {keep: 9d}\n")
    assert project.job("sales.orders").job.quarantine.keep == "9d"
    path.write_text(text.replace("contract: ", "# contract: ") + "sorce: x\n")
    for _ in range(2):
        with pytest.raises(ConfigError, match="sorce"):
            project.job("sales.orders")
    path.write_text(text)
    assert project.job("sales.orders").job == first.job
    first.contract_path.unlink()
    with pytest.raises(ConfigError, match="CONTRACT_MISSING"):
        project.job("sales.orders")
