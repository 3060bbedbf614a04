"""`mesh-etl contract import` and `export`, as a user meets them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.contract.load import load

CASES = Path(__file__).resolve().parents[2] / "cases/exchange"
Run = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a project, with a contract in it."""
    shutil.copy(CASES / "full.yaml", tmp_path / "orders.yaml")
    shutil.copy(CASES / "imports/visits.avsc", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_text_goes_to_stdout_and_the_report_to_stderr(mesh: Run, here: Path) -> None:
    said = mesh("contract", "export", "orders.yaml", "dqdl")
    assert said.code == 0
    assert said.out.startswith("Rules = [")
    assert "orders.yaml:5:1: version" in said.err
    assert "every rule of a ruleset counts" in said.err


def test_a_file_is_written_once(mesh: Run, here: Path) -> None:
    assert mesh("contract", "export", "orders.yaml", "avro", "--out", "out/orders.avsc").code == 0
    assert json.loads((here / "out/orders.avsc").read_text())["name"] == "orders"
    said = mesh("contract", "export", "orders.yaml", "avro", "--out", "out/orders.avsc")
    assert said.code == 2
    assert "[FILE_EXISTS]" in said.err


def test_losses_can_fail(mesh: Run, here: Path) -> None:
    said = mesh("contract", "export", "orders.yaml", "dbt", "--out", "x.yml", "--fail-on-loss")
    assert said.code == 3
    assert "orders.yaml:38:5: table.relationships" not in said.err
    assert "[EXPORT_LOSS]" in said.err
    assert not (here / "x.yml").exists()
    assert mesh("contract", "export", "orders.yaml", "odcs", "--fail-on-loss").code == 0


def test_the_report_as_data(mesh: Run, here: Path) -> None:
    told = json.loads(mesh("contract", "export", "orders.yaml", "jsonschema", "--json").out)
    assert set(told) == {"format", "text", "facts", "not_said", "written"}
    assert {"where", "what", "why"} == set(told["not_said"][0])
    told = json.loads(mesh("contract", "import", "avro", "visits.avsc", "--json").out)
    assert {"fields[2].default"} < {one["what"] for one in told["not_said"]}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("export", "orders.yaml", "avrp"), "UNKNOWN_FORMAT"),
        (("export", "missing.yaml", "avro"), "FILE_MISSING"),
        (("export", "shop.orders", "avro"), "NO_PROJECT"),
        (("export", "orders.yaml", "sql", "--dialect", "spork"), "UNKNOWN_DIALECT"),
        (("import", "avrp", "visits.avsc"), "UNKNOWN_FORMAT"),
        (("import", "csv", "rows.json"), "FORMAT_MISMATCH"),
        (("import", "jdbc", "jdbc:oracle://host/db"), "DATABASE_URL"),
        (("import", "jdbc", "jdbc:postgresql://host/db"), "OPTION_MISSING"),
        (
            ("import", "jdbc", "jdbc:postgresql://h/d", "--table", "t", "--user", "u", "--password", "x"),
            "SECRET_INLINE",
        ),
    ],
)
def test_mistakes_have_a_code(mesh: Run, here: Path, words: tuple[str, ...], code: str) -> None:
    (here / "rows.json").write_text('{"a": 1}\n{"a": 2}\n')
    said = mesh("contract", *words)
    assert said.code in (2, 3)
    assert f"[{code}]" in said.err


def test_a_secret_on_the_command_line_is_not_repeated(mesh: Run, here: Path) -> None:
    words = ("jdbc:postgresql://h/d", "--table", "t", "--user", "u", "--password", "hunter2")
    said = mesh("contract", "import", "jdbc", *words)
    assert "hunter2" not in said.out + said.err


def test_files_are_drafted_as_infer_drafts_them(mesh: Run, here: Path) -> None:
    (here / "rows.csv").write_text("id,name\n1,a\n2,b\n")
    assert mesh("contract", "import", "csv", "rows.csv", "--product", "shop.rows", "--out", "rows.yaml").code == 0
    contract = load(here / "rows.yaml")
    assert (contract.id, [one.name for one in contract.schema]) == ("shop.rows", ["id", "name"])


def test_a_product_is_found_by_its_name(mesh: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "configs/shop/orders"
    folder.mkdir(parents=True)
    (tmp_path / "configs/env").mkdir()
    (tmp_path / "configs/mesh.yaml").write_text("name: m\nwarehouse: w\ndomains: {shop: {owner: shop-team}}\n")
    (tmp_path / "configs/env/local.yaml").write_text("world: {type: local, home: .mesh}\n")
    shutil.copy(CASES / "full.yaml", folder / "contract.yaml")
    job = "product: shop.orders\nsource: {type: csv, path: a.csv}\ntarget: {mode: replace}\n"
    (folder / "job.yaml").write_text(job)
    monkeypatch.chdir(tmp_path)
    said = mesh("contract", "export", "shop.orders", "sql", "--dialect", "trino")
    assert said.code == 0, said.err
    assert said.out.startswith('CREATE TABLE IF NOT EXISTS "shop"."orders"')
    assert "configs/shop/orders/contract.yaml:" in said.err
