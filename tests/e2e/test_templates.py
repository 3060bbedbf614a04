"""Each template of `init` is a product that works: it validates, plans, and runs with the sample that comes with it."""

from __future__ import annotations

import json

import pytest

from mesh_etl.cli import main
from mesh_etl.cli.raw import below_raw
from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.package.lint import linted
from mesh_etl.deploy.placeholder import placeholders
from mesh_etl.deploy.synth.stack import synthesized
from mesh_etl.templates.known import TEMPLATES
from tests.unit.deploy.synth.meshes import bundle_of

RUNS = {  # template → the rows of each of its products, and how many were refused
    "csv-drop": {"shop.orders": (15, 1)},
    "stream": {"shop.visits": (5, 0)},
    "dms": {"shop.stock": (4, 0)},
    "derived": {"shop.revenue_orders": (15, 1), "shop.revenue": (3, 0)},
}


@pytest.fixture
def mesh_etl(capfd, monkeypatch, tmp_path):
    """Runs a command in an empty folder; returns its exit code, and what it said on stdout and stderr."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def call(*words):
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        said = capfd.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return call


def test_every_template_is_tried_here():
    assert RUNS.keys() | {"jdbc"} == TEMPLATES.keys()


@pytest.mark.parametrize("name", RUNS)
def test_a_template_runs_with_its_sample(mesh_etl, name):
    code, said, err = mesh_etl("init", "--template", name)
    assert code == 0, err
    assert "mesh-etl validate" in said
    code, said, err = mesh_etl("validate")
    assert (code, err) == (0, "")
    assert "next: mesh-etl plan" in said
    code, said, err = mesh_etl("run", "--all", "--json")
    assert code == 0, err
    counts = {one["product"]: one["counts"] for one in json.loads(said)["products"]}
    assert {product: (one["good"], one["quarantined"]) for product, one in counts.items()} == {
        product: (rows if name != "dms" else 8, refused) for product, (rows, refused) in RUNS[name].items()
    }
    for product, (rows, _) in RUNS[name].items():
        assert json.loads(mesh_etl("query", f"select count(*) as n from {product}", "--json")[1]) == [{"n": rows}]


def test_changes_of_a_database_are_applied_in_their_order(mesh_etl):
    mesh_etl("init", "--template", "dms")
    mesh_etl("run", "shop.stock")
    found = mesh_etl("query", "select article_id, pieces, price from shop.stock order by article_id", "--json")[1]
    rows = [tuple(row.values()) for row in json.loads(found)]
    assert rows == [(1, 12, "39.90"), (2, 2, "115.00"), (3, 2, "349.00"), (5, 7, "89.00")]


def test_a_database_is_planned_with_a_reference_to_its_password(mesh_etl, tmp_path):
    assert mesh_etl("init", "crm.invoices", "--template", "jdbc")[0] == 0
    assert mesh_etl("validate")[0] == 0
    code, said, _ = mesh_etl("plan", "crm.invoices")
    assert code == 0
    assert "jdbc: 1 request, sent when the job runs" in said
    local, prod = (Project.open(tmp_path, env).job("crm.invoices").job.source for env in ("local", "prod"))
    assert local.password.secret == "env:DATABASE_PASSWORD"
    assert prod.password.secret == "secretsmanager:crm/reader"


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_project_means_the_same_on_aws(mesh_etl, tmp_path, name):
    """Every job is valid there too, and can be deployed as it is; zeros stand for the account, which is told."""
    mesh_etl("init", "--template", name)
    assert mesh_etl("validate", "--env", "prod")[0] == 0
    project = Project.open(tmp_path, "prod")
    assert [fault.code for fault in placeholders(project)] == ["PLACEHOLDER_ACCOUNT"]
    assert placeholders(Project.open(tmp_path)) == ()
    unit = estate(project, "shop")
    assert linted(project, unit) == ()
    assert "AWS::Glue::Job" in {
        one.type for part in synthesized(project, unit, bundle_of(unit)).nested for one in part.resources.values()
    }
    for product in project.products():
        assert project.table_root(product).startswith("s3://")
        source = project.job(product).job.source
        assert source.type in ("jdbc", "table") or source.path.startswith("s3://")


def test_nothing_is_overwritten(mesh_etl, tmp_path):
    mesh_etl("init")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code, _, err = mesh_etl("init")
    assert code == 2
    assert err.count("[FILE_EXISTS]") == 4
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_second_product_joins_the_project(mesh_etl):
    mesh_etl("init")
    code, _, err = mesh_etl("init", "shop.visits", "--template", "stream", "--json")
    assert code == 0, err
    assert "2 jobs, 2 contracts: valid" in mesh_etl("validate")[1]


@pytest.mark.parametrize(
    ("words", "code", "fix"),
    [
        (["--template", "csvdrop"], "UNKNOWN_TEMPLATE", "did you mean 'csv-drop'?"),
        (["web.visits", "--template", "stream"], "UNKNOWN_DOMAIN", "add under domains:  web: {owner: web team}"),
        (["shop.x", "--template", "jdbc"], "VALUE_MISSING", "add under values:  shop_password: env:DATABASE_PASSWORD"),
        (["shop", "--template", "dms"], "PRODUCT_NAME", "as in sales.orders"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(mesh_etl, tmp_path, words, code, fix):
    mesh_etl("init")
    before = sorted(tmp_path.rglob("*"))
    ended, _, err = mesh_etl("init", *words)
    assert ended == 2
    assert code in err
    assert fix in err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_draft_has_the_environments_too(mesh_etl, tmp_path):
    (tmp_path / "visits.csv").write_text("id,page\n1,/\n2,/help\n")
    assert mesh_etl("init", "shop.visits", "--from", "visits.csv")[0] == 0
    assert [fault.code for fault in placeholders(Project.open(tmp_path, "prod"))] == ["PLACEHOLDER_ACCOUNT"]


def test_a_draft_reads_a_folder_here_and_a_bucket_on_aws(mesh_etl, tmp_path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "b.csv"
    (tmp_path / "in").mkdir()
    for file in (tmp_path / "visits.csv", tmp_path / "in/a.csv", elsewhere):
        file.write_text("id,page\n1,/\n2,/help\n")
    for name, path in {"visits": "visits.csv", "more": "in/*.csv", "theirs": str(elsewhere)}.items():
        assert mesh_etl("init", f"shop.{name}", "--from", path)[0] == 0
    for name, below in {"visits": "visits.csv", "more": "in/*.csv"}.items():
        assert Project.open(tmp_path).job(f"shop.{name}").job.source.path == f"./{below}"
        path = Project.open(tmp_path, "prod").job(f"shop.{name}").job.source.path
        assert path.startswith("s3://")
        assert path.endswith(f"-000000000000-raw/{below}")
    assert Project.open(tmp_path).job("shop.theirs").job.source.path == str(elsewhere)


@pytest.mark.parametrize(
    ("paths", "below", "local"),
    [
        (["raw/a.csv", "raw/b/*.csv"], ["${raw}/a.csv", "${raw}/b/*.csv"], "raw"),
        (["/data/in/a.csv", "/data/out/*.csv"], ["${raw}/in/a.csv", "${raw}/out/*.csv"], '"/data"'),
        (["/data/*/a.csv"], ["${raw}/*/a.csv"], '"/data"'),
        (["s3://theirs/a.csv"], ["s3://theirs/a.csv"], None),
    ],
)
def test_a_new_project_has_a_place_for_its_files(tmp_path, paths, below, local):
    found, values = below_raw(tmp_path, "local", paths)
    assert found == below
    assert [one.local for one in values] == ([local] if local else [])


def test_from_and_template_are_two_ways(mesh_etl):
    code, _, err = mesh_etl("init", "shop.visits", "--from", "a.csv", "--template", "dms")
    assert code == 2
    assert "either --from or --template" in err
