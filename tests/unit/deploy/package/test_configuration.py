"""One JSON holds what a job needs, and nothing else; opened, it is the same project."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest

from mesh_etl.config import Project
from mesh_etl.config.compiled import Compiled
from mesh_etl.contract.load import contract_of
from mesh_etl.deploy.package.configuration import compiled
from mesh_etl.errors import ConfigError
from tests.unit.deploy.package.conftest import product


@pytest.fixture
def opened(shop, tmp_path):
    """A function that compiles for products and opens what it made."""

    def make(*products):
        path = tmp_path / "job.json"
        path.write_bytes(compiled(shop.project(), products))
        return Project.compiled(path)

    return make


def test_job_and_contract_are_the_same_and_stand_where_they_did(shop, opened):
    shop.write({"configs/sales/orders/job.yaml": JOB})
    ours, theirs = shop.project().job("sales.orders"), opened("sales.orders").job("sales.orders")
    assert theirs.job == ours.job
    assert theirs.table_root == ours.table_root == "s3://lake/tables/sales/orders"
    assert theirs.document.places == ours.document.places
    assert contract_of(theirs).sha256 == contract_of(ours).sha256
    assert contract_of(theirs).document.places == contract_of(ours).document.places
    assert theirs.where("target", "mode") == "configs/sales/orders/job.yaml:4:19"


JOB = """\
# a comment, which moves all lines
product: sales.orders
source: {type: csv, path: "${raw}/orders"}
target:    {mode: append, target_file_mb: 064}
"""


def test_the_world_is_the_account_of_the_domain_without_anybody_s_profile(opened):
    env = opened("sales.orders").env
    assert env.world.model_dump() == {"type": "aws", "region": "eu-west-1", "account": "2" * 12, "profile": None}
    assert env.values == {"lake": "s3://lake", "raw": "s3://lake/raw"}


def test_for_no_product_it_is_the_whole_mesh_in_the_central_account(shop, opened):
    shop.mesh["consumers"] = {"market": {"account": "people", "principals": {"reader": "reader"}}}
    shop.write_mesh()
    project = opened()
    assert project.mesh == shop.project().mesh
    assert (project.env.world.account, project.assigned) == ("1" * 12, ())


def test_what_the_products_do_not_need_does_not_change_it(shop):
    before = compiled(shop.project(), ("sales.orders",))
    shop.mesh["consumers"] = {"market": {"account": "people", "principals": {"reader": "reader"}}}
    shop.mesh["domains"]["people"]["owner"] = "somebody else"
    shop.mesh["domains"]["sales"]["tags"] = {"domain": "sales"}
    shop.mesh["tags"] = {"domain": {"values": ["sales"]}}
    shop.mesh["deployment"] = {"budget": {"monthly": 5}}
    shop.mesh["policies"] = [{"use": "owner-present", "domains": ["people"]}]
    shop.values["other"] = "else"
    shop.write_mesh()
    shop.write({**product("sales.returns"), **product("people.staff")})
    now = compiled(shop.project(), ("sales.orders",))
    # places are those of mesh.yaml in one line of JSON: of what is kept they move along it, and nothing else changes
    assert [json.loads(data)["files"]["configs/mesh.yaml"]["data"].get("policies") for data in (before, now)] == [
        None,
        [],
    ]
    assert strip(before) == strip(now)


def strip(data):
    files = json.loads(data)["files"]
    files["configs/mesh.yaml"]["data"].pop("policies", None)
    files["configs/mesh.yaml"]["data"].pop("deployment", None)
    return {name: one["data"] for name, one in files.items()}


def test_a_product_that_is_read_comes_with_job_and_contract(shop, opened):
    shop.write(product("people.staff"))
    shop.write(product("sales.orders", source={"type": "table", "product": "people.staff"}))
    project = opened("sales.orders")
    assert project.products() == ("people.staff", "sales.orders")
    assert project.assigned == ("sales.orders",)
    assert list(project.mesh.domains) == ["sales", "people"]


def test_policies_keep_their_domains_that_are_there(shop, opened):
    shop.mesh["policies"] = [
        {"use": "owner-present", "domains": ["people"]},
        {"use": "version-is-semver", "domains": ["people", "sales"]},
    ]
    shop.write_mesh()
    assert [(one.use, one.domains) for one in opened("sales.orders").mesh.policies] == [
        ("version-is-semver", ("sales",))
    ]


def test_a_secret_stays_a_reference(shop, monkeypatch):
    monkeypatch.setenv("MASK_KEY", "do-not-tell-4711")
    mask = {"type": "mask", "columns": ["id"], "method": {"type": "hmac", "key": {"secret": "env:MASK_KEY"}}}
    shop.write(product("sales.orders", transforms=[mask]))
    data = compiled(shop.project(), ("sales.orders",)).decode()
    assert "env:MASK_KEY" in data
    assert "4711" not in data


def test_a_secret_among_the_values_is_refused_where_it_would_be_put(shop):
    shop.values["pw"] = "hunter2"
    shop.write_mesh()
    shop.write(product("sales.orders", source={"type": "csv", "path": "${raw}/x?password=${pw}"}))
    with pytest.raises(ConfigError, match="SECRET_IN_CONFIG") as error:
        compiled(shop.project(), ("sales.orders",))
    assert "configs/sales/orders/job.yaml:5:" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_value_with_a_dollar_sign_stays_what_it_was(shop, opened):
    shop.values["raw"] = "s3://lake/$${raw}"
    shop.write_mesh()
    assert opened("sales.orders").job("sales.orders").job.source.path == "s3://lake/${raw}/orders"


def test_a_fault_in_it_names_the_file_that_it_came_from(shop, tmp_path):
    data = json.loads(compiled(shop.project(), ("sales.orders",)))
    data["files"]["configs/sales/orders/job.yaml"]["data"]["target"]["mode"] = "appned"
    path = tmp_path / "job.json"
    path.write_text(json.dumps(data))
    with pytest.raises(ConfigError, match=r"configs/sales/orders/job.yaml:8:\d+: .*appned"):
        Project.compiled(path).job("sales.orders")


@pytest.mark.parametrize(
    "edit",
    [
        {"files": {"plug.py": {"text": "raise SystemExit"}}},
        {"files": {"configs/a.py": {"text": ""}}},
        {"files": {"": {"text": ""}}},
        {"files": {"a\0b": {"text": ""}}},
        {"files": {"configs/x.sql": {"text": "\ud800"}}},
        {"files": {"configs\\..\\x": {"text": ""}}},
        {"products": "sales.orders"},
        {"products": [1, None]},
    ],
)
def test_one_that_was_edited_into_something_else_is_none(shop, tmp_path, edit):
    whole = json.loads(compiled(shop.project(), ("sales.orders",)))
    files = {**whole["files"], **edit.get("files", {})}
    path = tmp_path / "job.json"
    path.write_text(json.dumps({**whole, **edit, "files": files}))
    with pytest.raises(ConfigError, match="COMPILED_UNREADABLE"):
        Project.compiled(path)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[" * 200_000, "COMPILED_UNREADABLE"),
        (b"", "COMPILED_UNREADABLE"),
        (b"[]", "COMPILED_UNREADABLE"),
        (b"\xff", "COMPILED_UNREADABLE"),
        (b'{"format": 2}', "COMPILED_FORMAT"),
        (
            b'{"format": 1, "environment": "prod", "products": [], "files": {"../x": {"text": ""}}}',
            "COMPILED_UNREADABLE",
        ),
        (b'{"format": 1, "environment": "prod", "products": [], "files": {"/x": {"text": ""}}}', "COMPILED_UNREADABLE"),
        (
            b'{"format": 1, "environment": "prod", "products": [], "files": {"x": {"data": {"a": 1}, "places": []}}}',
            "COMPILED_UNREADABLE",
        ),
    ],
)
def test_what_is_no_compiled_configuration_is_refused(content, code):
    with pytest.raises(ConfigError, match=code):
        Compiled.read(content, "job.json")


def test_a_file_that_is_not_what_its_address_says_is_refused(shop, tmp_path):
    data = compiled(shop.project(), ("sales.orders",))
    folder = tmp_path / hashlib.sha256(data).hexdigest()
    folder.mkdir()
    (folder / "job.json").write_bytes(data)
    assert Project.compiled(folder / "job.json").assigned == ("sales.orders",)
    (folder / "job.json").write_bytes(data + b" ")
    with pytest.raises(ConfigError, match="COMPILED_DAMAGED"):
        Project.compiled(folder / "job.json")


def test_it_is_opened_without_yaml_and_its_folder_goes_with_the_process(shop, tmp_path):
    path = tmp_path / "job.json"
    path.write_bytes(compiled(shop.project(), ("sales.orders",)))
    code = (
        "import sys; from mesh_etl.config import Project; p = Project.compiled(sys.argv[1]); p.job('sales.orders')\n"
        "print(p.root, {'yaml', 'ruamel.yaml', 'boto3', 'pyarrow'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    root, loaded = done.stdout.split(maxsplit=1)
    assert loaded == "set()\n"
    assert "mesh-etl-" in root
    assert not (tmp_path / root).exists()


def test_nothing_is_compiled_for_this_machine(shop):
    shop.write({"configs/env/prod.yaml": "world: {type: local}\nvalues: {lake: x, raw: y}\n"})
    with pytest.raises(ConfigError, match="NOT_ON_AWS"):
        compiled(shop.project(), ("sales.orders",))
