"""What cannot be deployed is told before anything is built, where it is stated."""

from __future__ import annotations

import datetime
import json

import pytest

from mesh_etl.deploy.package import lint_versions
from mesh_etl.deploy.package.glue_versions import GLUE
from mesh_etl.deploy.package.lint import lint, linted
from mesh_etl.errors import ConfigError
from tests.unit.deploy.package.conftest import product

JOB = "configs/sales/orders/job.yaml"


@pytest.fixture
def codes(shop):
    """A function that lints the product with these keys of its job: codes and places, of faults and of warnings."""

    def found(**job):
        shop.write(product("sales.orders", **job))
        answer = lint(shop.project(), shop.estate())
        return [(one.code, one.where) for one in answer.faults], [(one.code, one.where) for one in answer.warnings]

    return found


def test_a_plain_job_is_fine(codes):
    assert codes() == ([], [])


@pytest.mark.parametrize(
    ("deploy", "wanted"),
    [
        ({"glue_version": "auto", "retries": 0}, ["AUTO_RETRIES"]),
        ({"glue_version": "auto", "packages": "virtual_env"}, ["AUTO_ENVIRONMENT"]),
        ({"worker_type": "G.025X"}, ["WORKER_FOR_STREAMS"]),
        ({"worker_type": "G.025X", "stream": {}}, []),
        ({"execution": "flex"}, []),
        ({"execution": "flex", "stream": {}}, ["FLEX_STREAM"]),
        ({"execution": "flex", "worker_type": "R.2X"}, ["FLEX_WORKER"]),
        ({"timeout": "7d"}, []),
        ({"timeout": "8d"}, ["TIMEOUT_LONG"]),
        ({"start": {"type": "files", "window": "15m"}, "retries": 0}, []),
        ({"start": {"type": "files", "window": "16m"}, "retries": 0}, ["WINDOW_LONG"]),
        ({"spark": {"spark.sql.ansi.enabled": "false"}}, ["SPARK_SETTING"]),
        ({"spark": {"spark.executor.memory": "30g"}}, ["SPARK_SETTING"]),
        ({"spark": {"spark.hadoop.fs.s3a.secret.key": "x"}}, ["SECRET_IN_CONFIG"]),
        ({"spark": {"spark.sql.shuffle.partitions": "20"}}, []),
        ({"tags": {"aws:owner": "x", "Environment": "x"}}, ["TAG_UNFIT"]),
    ],
)
def test_settings(codes, deploy, wanted):
    faults, warnings = codes(deploy=deploy)
    assert [code for code, _ in faults] == wanted
    assert all(where.startswith(f"{JOB}:1") for _, where in faults), faults
    assert warnings == []


@pytest.mark.parametrize(
    ("deploy", "wanted"),
    [
        ({"workers": 299, "worker_type": "G.4X"}, ["WORKERS_MANY"]),
        ({"workers": 250, "worker_type": "G.4X"}, []),
        ({"workers": 10, "engine": "embedded"}, ["WORKERS_IDLE"]),
        ({"glue_version": "5.0"}, ["GLUE_OLDER"]),
        ({"glue_version": "5.0", "packages": "virtual_env"}, []),
        ({"glue_version": "6.0"}, []),
    ],
)
def test_warnings(codes, deploy, wanted):
    faults, warnings = codes(deploy=deploy)
    assert (faults, [code for code, _ in warnings]) == ([], wanted)


def test_glue_may_not_raise_the_version_of_a_job_with_code_of_its_own(codes, shop):
    shop.write({"rules.py": "def complete(df):\n    return df\n"})
    own = {"transforms": [{"type": "python", "function": "rules:complete"}]}
    assert codes(deploy={"glue_version": "auto"}) == ([], [])
    faults, _ = codes(deploy={"glue_version": "auto"}, **own)
    assert [code for code, _ in faults] == ["AUTO_REPEATS"]
    assert codes(**own) == ([], [])


def test_a_stream_needs_a_mode_that_reads_what_is_new(codes):
    assert [code for code, _ in codes(deploy={"stream": {}}, target={"mode": "replace"})[0]] == ["STREAM_UNFIT"]


def test_what_is_on_this_machine_is_not_there(codes, shop):
    mask = {"type": "mask", "columns": ["id"], "method": {"type": "hmac", "key": {"secret": "env:KEY"}}}
    inputs = {"more": {"type": "csv", "path": "data/more.csv"}}
    faults, _ = codes(transforms=[mask], inputs=inputs)
    assert [code for code, _ in faults] == ["SOURCE_NOT_S3", "SECRET_NOT_ON_AWS"]
    shop.mesh["warehouse"] = "tables"
    shop.write_mesh()
    assert codes()[0][0][0] == "TABLE_NOT_S3"


def test_a_fault_stands_where_the_setting_does(shop):
    shop.mesh["deployment"] = {"jobs": {"timeout": "9d"}}
    shop.write_mesh()
    with pytest.raises(ConfigError, match=r"configs/mesh\.yaml:1:\d+: .*TIMEOUT_LONG"):
        linted(shop.project(), shop.estate())


@pytest.mark.parametrize(
    ("deploy", "wanted"),
    [
        ({"start": {"type": "files"}}, ["EVENTS_MISSED"]),
        ({"start": {"type": "after", "products": ["people.staff"]}, "retries": 2}, ["EVENTS_MISSED"]),
        ({"start": {"type": "after", "products": ["sales.other"]}, "retries": 2}, []),
        ({"start": {"type": "files"}, "retries": 0}, []),
        ({"start": {"type": "schedule", "at": "cron(0 6 * * ? *)"}}, []),
    ],
)
def test_what_comes_while_a_job_runs_is_not_missed_unnoticed(codes, shop, deploy, wanted):
    assert [code for code, _ in codes(deploy=deploy)[1]] == wanted
    shop.mesh["deployment"] = {"orchestration": "step_functions"}
    shop.write_mesh()
    assert codes(deploy=deploy)[1] == []


@pytest.mark.parametrize(("length", "wanted"), [(120, []), (121, ["PRODUCT_NAME_LONG"])])
def test_what_is_called_after_a_product_has_room_for_its_name(shop, length, wanted):
    shop.write(product(f"sales.{'x' * length}"))
    faults = lint(shop.project(), shop.estate()).faults
    assert [one.code for one in faults] == wanted


@pytest.mark.parametrize("at", ["mesh", "domain"])
def test_tags_of_roles_differ_by_more_than_capitals(shop, at):
    """IAM refuses a role with the tags `environment`, which is ours, and `Environment`."""
    stated = shop.mesh if at == "mesh" else shop.mesh["domains"]["sales"]
    stated["deployment"] = {"jobs": {"tags": {"Environment": "live", "Team": "a", "team": "b", "mesh": "x"}}}
    shop.write_mesh()
    faults = lint(shop.project(), shop.estate()).faults
    assert [one.code for one in faults] == ["TAG_UNFIT", "TAG_UNFIT"]
    assert [one.fix for one in faults] == ["leave it out: it is made anyway", "keep one of them"]
    place = json.dumps(shop.mesh).index('"Environment"') + 1
    assert faults[0].where.startswith("configs/mesh.yaml:1:")
    assert abs(int(faults[0].where.rpartition(":")[2]) - place) < 20


@pytest.mark.parametrize(
    ("name", "wanted"), [("Acme, Inc. (Größe)", []), *((one, ["TAG_UNFIT"]) for one in ("日本", "--"))]
)
def test_the_name_of_a_mesh_leaves_something_for_names_in_aws(shop, name, wanted):
    shop.mesh["name"] = name
    shop.write_mesh()
    faults = lint(shop.project(), shop.estate()).faults
    assert [(one.code, one.where.rpartition(":")[0]) for one in faults] == [
        (one, "configs/mesh.yaml:1") for one in wanted
    ]


def test_a_version_that_ends_is_told_half_a_year_before_and_refused_after(shop, monkeypatch):
    day = datetime.date(2030, 6, 1)
    ending = {**GLUE, "5.1": GLUE["5.1"].__class__("5.1", "3.11", day)}
    monkeypatch.setattr(lint_versions, "GLUE", ending)

    def told(on):
        answer = lint(shop.project(), shop.estate(), on)
        return [one.code for one in (*answer.faults, *answer.warnings)]

    assert told(datetime.date(2029, 11, 1)) == []
    assert told(datetime.date(2029, 12, 10)) == ["GLUE_ENDS"]
    assert told(day) == ["GLUE_ENDED"]
