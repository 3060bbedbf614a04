"""`mesh-etl synth` as a user calls it: files, a table, and the next command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mesh_etl.cli import main
from tests.unit.deploy.synth.meshes import mesh

DAILY = "start: {type: schedule, at: cron(0 6 * * ? *)}"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NO_COLOR", "1")
    products = {"sales.orders": DAILY, "sales.total": "read: sales.orders\nstart: {type: after}", "crm.people": ""}
    root = mesh(tmp_path / "shop", products)
    monkeypatch.chdir(root)
    return root


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    return int(end.value.code or 0)


def test_templates_are_written_and_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("synth", "sales") == 0
    out = capsys.readouterr().out
    folder = shop / "build/cloudformation/prod/sales"
    files = sorted(one.stem for one in folder.glob("*.json"))
    assert {"access", "base", "root", "storage"} <= set(files)
    assert [name for name in files if name not in out] == []
    assert "shop-prod-sales in 222222222223 eu-west-1" in out
    assert "2 Glue::Job" in out
    assert out.rstrip().endswith("next: mesh-etl deploy sales --env prod --dry-run")
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert call("synth", "sales") == 0
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_yaml_takes_the_place_of_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("synth", "sales") == 0
    folder = shop / "build/cloudformation/prod/sales"
    jobs = {one.stem: json.loads(one.read_text()) for one in folder.glob("*.json")}
    for name in ("README.md", "mine.json"):
        (folder / name).write_text("mine")
    assert call("synth", "sales", "--format", "yaml") == 0
    assert {one.stem: yaml.safe_load(one.read_text()) for one in folder.glob("*.yaml")} == jobs
    assert sorted(one.name for one in folder.iterdir() if one.suffix != ".yaml") == ["README.md", "mine.json"]


def test_a_program_is_told_in_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("synth", "--json", "--out", str(shop / "elsewhere")) == 0
    told = json.loads(capsys.readouterr().out)
    assert not (shop / "build").exists()
    assert [one["unit"] for one in told["units"]] == ["crm", "sales", "mesh"]
    for one in told["units"]:
        for template in one["templates"]:
            assert Path(template["file"]).stat().st_size == template["bytes"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("synth", "sale"), "UNKNOWN_UNIT"),
        (("synth", "sales", "--env", "local"), "NOT_ON_AWS"),
        (("synth", "sales", "--env", "nowhere"), "UNKNOWN_ENV"),
    ],
)
def test_what_cannot_be_is_told(
    shop: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
) -> None:
    (shop / "configs/env/local.yaml").write_text("world: {type: local, home: .mesh}\n")
    assert call(*words) == 2
    assert f"[{code}]" in capsys.readouterr().err
    assert not (shop / "build/cloudformation").exists()


def test_a_domain_cannot_be_called_as_the_governance_account_is(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mesh = shop / "configs/mesh.yaml"
    mesh.write_text(mesh.read_text().replace("domains:\n", "domains:\n  mesh: {owner: somebody, account: centre}\n", 1))
    assert call("synth") == 2
    assert "configs/mesh.yaml" in (err := capsys.readouterr().err)
    assert "[DOMAIN_NAME]" in err


@pytest.mark.parametrize("command", ["synth", "package", "status"])
def test_without_a_product_the_first_step_is_named(
    shop: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    for job in shop.glob("configs/*/*/job.yaml"):
        job.unlink()
    mesh = shop / "configs/mesh.yaml"
    mesh.write_text(mesh.read_text().replace(", event_bus: events", ""))
    assert call(command) == 2
    assert capsys.readouterr().err.endswith("begin with: mesh-etl init [NO_PRODUCT]\n")


def test_what_is_in_the_way_of_a_folder_is_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "taken").touch()
    assert call("synth", "--out", str(shop / "taken")) == 4
    assert "taken/prod" in (err := capsys.readouterr().err)
    assert "[WRITE_FAILED]" in err


def test_faults_of_jobs_are_told_where_they_are(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = shop / "configs/sales/orders/job.yaml"
    job.write_text(job.read_text().replace("at: cron(0 6 * * ? *)", "at: rate(1 day)"))
    assert call("synth", "sales") == 2
    err = capsys.readouterr().err
    assert "configs/sales/orders/job.yaml:5:10: a trigger of Glue knows no rate(…); write it as cron" in err
