"""Jobs on Glue's own Spark, with its Java classes stood in for, and without them."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from mesh_etl.config import Project
from mesh_etl.glue import main
from mesh_etl.plan.ledgers import product_ledger

ROOT = Path(__file__).resolve().parents[3]
GLUE = ["--JOB_NAME", "demo-run", "--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1", "--TempDir", "s3://demo/tmp/"]
DEDUPE = "transforms: [{type: dedupe, keys: [id], order_by: [id]}]\n"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema: [{name: visits, properties: [{name: id, logicalType: integer, required: true}]}]
"""


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "configs/shop/visits"
    folder.mkdir(parents=True)
    (tmp_path / "configs/env").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.csv").write_text("id\n1\n2\n")
    (tmp_path / "configs/mesh.yaml").write_text("name: test\nwarehouse: w\ndomains: {shop: {owner: us}}\n")
    (tmp_path / "configs/env/local.yaml").write_text("world: {type: local}\n")
    (folder / "contract.yaml").write_text(CONTRACT)
    written(tmp_path)
    return tmp_path


def written(shop: Path, bookmark: str = "disable", steps: str = "") -> None:
    """The job; without steps its work is done by kernels, in the workers of the engine."""
    (shop / "configs/shop/visits/job.yaml").write_text(
        f"product: shop.visits\nsource: {{type: csv, path: in}}\n{steps}target: {{mode: append}}\n"
        f"deploy: {{bookmark: {bookmark}}}\n"
    )


@pytest.fixture
def ran(shop, capsys):
    """Runs a task as Glue does, and returns what it told in lines."""

    def run(task="run", *more):
        main(task, [f"{task}.py", *GLUE, "--root", str(shop), *more])
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def table(shop: Path) -> list[int]:
    """The rows of the table, by what its ledger says."""
    import pyarrow.parquet as pq

    ledger = product_ledger(Project.open(shop), "shop.visits")
    files = [file.path for one in ledger.snapshot().partitions.values() for file in one.files]
    return sorted(id_ for file in files for id_ in pq.read_table(ledger.layout.path(file))["id"].to_pylist())


def test_a_run_in_glue_is_on_glue_s_spark_unless_its_job_says_otherwise(glue, shop, ran):
    written(shop, steps=DEDUPE)
    (shop / "in/a.csv").write_text("id\n1\n2\n2\n")
    (line,) = ran()
    assert (line["outcome"], line["engine"], line["rows"]) == ("published", "glue", 2)
    assert table(shop) == [1, 2]
    assert glue.calls == []


class TestBookmark:
    """Glue's bookmark is begun and committed around a run, and decides nothing."""

    def test_it_is_kept_where_the_job_asks_for_it(self, glue, shop, ran):
        written(shop, "enable")
        ran()
        assert [call[0] for call in glue.calls] == ["init", "commit"]
        assert glue.calls[0][1] == "demo-run"
        assert glue.calls[0][2]["TempDir"] == "s3://demo/tmp/"

    def test_a_run_that_fails_commits_none(self, glue, shop, ran):
        written(shop, "enable")
        (shop / "in/a.csv").write_text("other\n1\n")
        with pytest.raises(SystemExit, match=r"HEADER_MISMATCH"):
            ran()
        assert [call[0] for call in glue.calls] == ["init"]

    @pytest.mark.parametrize("lie", ["all was read", "nothing was read"])
    def test_one_that_lies_changes_nothing_of_the_table(self, glue, shop, ran, lie):
        """The bookmark's state is what Glue would pass; whatever it says, the ledger decides what is new."""
        written(shop, "enable")
        state = ["--job-bookmark-option", "job-bookmark-pause", "--job-bookmark-from", "0", "--job-bookmark-to"]
        told = [*state, "jr_999"] if lie == "all was read" else ["--job-bookmark-option", "job-bookmark-enable"]
        assert ran("run", *told)[0]["outcome"] == "published"
        assert ran("run", *told)[0]["outcome"] == "nothing new"
        (shop / "in/b.csv").write_text("id\n7\n")
        assert ran("run", *told)[0]["outcome"] == "published"
        assert table(shop) == [1, 2, 7]

    @pytest.mark.parametrize("broken", ["init", "commit"])
    def test_one_that_cannot_be_kept_is_told_and_stops_nothing(self, glue, shop, ran, broken):
        written(shop, "enable")
        glue.refuses = {broken}
        lines = ran()
        assert [line["task"] for line in lines] == ["bookmark", "run"]
        assert lines[0]["faults"][0]["code"] == "BOOKMARK_FAILED"
        assert table(shop) == [1, 2]

    def test_a_run_without_spark_keeps_none(self, glue, shop, ran):
        written(shop, "enable")
        ran("run", "--engine", "embedded")
        assert glue.calls == []


@pytest.mark.parametrize("task", ["maintain", "audit"])
def test_a_chore_in_glue_starts_no_spark(shop, ran, task):
    """Without the stand-in: whatever asked for Glue's Spark would fail."""
    ran("run", "--engine", "embedded")
    assert ran(task)[0]["outcome"] in ("done", "well")


def test_without_glue_s_java_the_error_is_what_glue_shows(spark, shop, monkeypatch, capsys):
    """The script as Python runs it, in the Spark that is here: Glue's package from PyPI alone has no Java."""
    monkeypatch.setattr(sys, "argv", ["run.py", *GLUE, "--enable-metrics", "true", "--root", str(shop)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "jobs/run.py"), run_name="__main__")
    assert "Glue's Java libraries are not there" in str(ended.value.code)
    assert str(ended.value.code).endswith("[ENGINE_MISSING]")
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert json.loads(said.out.splitlines()[-1])["code"] == "ENGINE_MISSING"
