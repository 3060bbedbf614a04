"""The metrics of runs: in an account that moto's server answers for, and on the laptop, by the same call."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import get_session

from mesh_etl import embedded_aws, worlds
from mesh_etl.config import load
from mesh_etl.embedded_aws.validation import violations
from mesh_etl.errors import RunError
from mesh_etl.pipeline import run_job
from mesh_etl.publish.freshness import Freshness
from mesh_etl.run import engines
from mesh_etl.telemetry import METRICS, of_age, tell
from mesh_etl.testing.accounts import Accounts
from tests.security.deployed.calls import Raw, recorded

ACCOUNT, REGION = "123456789012", "eu-central-1"
PERSONAL = "mueller@example.com"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: it
version: 1.0.0
status: active
schema:
  - name: it
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: k, logicalType: string}
"""
JOB = "product: d.it\nsource: {type: csv, path: 'in/*.csv'}\ntarget: {mode: append}\nchecks: {max_rejected: 50%}\n"
NOW = datetime.datetime.now(datetime.UTC)


def project(root: Path, env: dict[str, Any], name: str = "Müllers Netz") -> Path:
    """A product of a mesh whose name is no name for CloudWatch."""
    files = {
        "configs/mesh.yaml": json.dumps(
            {"name": name, "warehouse": "${warehouse}", "domains": {"d": {"owner": "team"}}}
        ),
        "configs/env/local.yaml": json.dumps(env),
        "configs/d/it/contract.yaml": CONTRACT,
        "configs/d/it/job.yaml": JOB,
        "in/1.csv": "id,k\n1,a\n2,b\nx,c\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def run(root: Path) -> Any:
    job = load("d.it", root)
    with engines.open("embedded") as engine:
        return run_job(job, engine, worlds.open(job.project.env, job.project.root))


@pytest.fixture
def account(s3: Any, s3_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project whose environment is an account of moto's server."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_environment["AWS_ENDPOINT_URL_S3"])
    world = {"type": "aws", "region": REGION, "account": ACCOUNT}
    return project(tmp_path, {"world": world, "values": {"warehouse": "s3://lake/w"}})


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    return project(tmp_path, {"world": {"type": "local"}, "values": {"warehouse": "w"}})


def kept(root: Path) -> list[tuple[str, float]]:
    """What the laptop was told since the last look: names and values, in their order."""
    accounts = Accounts(root / ".mesh", {"here": "000000000000"})
    return [(one["MetricName"], one["Value"]) for one in accounts.metrics("here", "mesh_etl/M-llers-Netz/local/d")]


def test_an_account_is_told_what_a_run_did_and_each_request_is_one_that_aws_takes(account: Path) -> None:
    found: list[Raw] = []
    with recorded(found):
        assert run(account).outcome == "published"
        assert run(account).outcome == "nothing new"
    shape = get_session().get_service_model("cloudwatch").operation_model("PutMetricData").input_shape
    requests = [params for service, _, params in found if service == "cloudwatch"]
    assert [violations(shape, {**one, "Account": None}) for one in requests] == [[], []]
    assert [one["MetricName"] for one in requests[1]["MetricData"]] == ["QualityFailures", "Duration", "Age", "Age"]
    client = boto3.client("cloudwatch", REGION)
    space = "mesh_etl/M-llers-Netz/local/d"
    listed = client.list_metrics(Namespace=space)["Metrics"]
    assert {one["MetricName"] for one in listed} == {one.name for one in METRICS}
    assert {tuple((each["Name"], each["Value"]) for each in one["Dimensions"]) for one in listed} == {
        (("Mesh", "M-llers-Netz"), ("Environment", "local"), ("Domain", "d"), ("Product", "it"))
    }
    window = {"StartTime": NOW - datetime.timedelta(hours=1), "EndTime": NOW + datetime.timedelta(hours=1)}
    sums = {
        one["MetricName"]: client.get_metric_statistics(**one, **window, Period=7200, Statistics=["Sum", "Minimum"])
        for one in listed
    }
    (written,), (refused,), (age,) = (sums[name]["Datapoints"] for name in ("RowsWritten", "RowsRejected", "Age"))
    assert (written["Sum"], refused["Sum"], age["Minimum"]) == (2, 1, 0)


def test_a_service_that_is_not_there_is_one_warning_and_stops_nothing(
    account: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:9")
    report = run(account)
    assert (report.outcome, report.snapshot.rows) == ("published", 2)
    (warning,) = report.warnings
    assert warning.code == "METRICS_UNSENT"
    assert "EndpointConnectionError" in warning.problem


def test_nobody_waits_long_for_a_service_on_which_nothing_depends(account: Path) -> None:
    job = load("d.it", account)
    config = worlds.open(job.project.env, job.project.root).client("cloudwatch").meta.config
    seconds = (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"]
    assert seconds <= 20


def test_the_laptop_keeps_what_runs_tell_but_of_finished_work_nothing(laptop: Path) -> None:
    report = run(laptop)
    first = dict(reversed(kept(laptop)))
    assert first.keys() == {one.name for one in METRICS}
    assert (first["RowsRead"], first["RowsWritten"], first["RowsRejected"], first["FilesWritten"]) == (3, 2, 1, 1)
    assert first["BytesWritten"] == report.snapshot.bytes == report.to_json()["written"]["bytes"]
    assert 0 <= first["Duration"] < 600
    before = kept(laptop)
    run(laptop)
    assert kept(laptop) == before


def test_a_refusal_is_told_with_its_rows_and_without_a_value(laptop: Path) -> None:
    run(laptop)
    before = len(kept(laptop))
    (laptop / "in/2.csv").write_text(f"id,k\n{PERSONAL},a\n3,b\n{PERSONAL},c\n")
    with pytest.raises(RunError):
        run(laptop)
    told = kept(laptop)[before:]
    assert [name for name, _ in told] == ["RowsRead", "RowsRejected", "QualityFailures", "Duration", "Age", "Age"]
    assert [value for _, value in told[:3]] == [3, 2, 1]
    assert PERSONAL.encode() not in (laptop / ".mesh/aws.sqlite").read_bytes()


def test_a_first_run_that_is_refused_has_no_table_whose_age_could_be_told(laptop: Path) -> None:
    (laptop / "in/1.csv").write_text("id,k\nx,a\n")
    with pytest.raises(RunError):
        run(laptop)
    assert [name for name, _ in kept(laptop)] == ["RowsRead", "RowsRejected", "QualityFailures", "Duration"]


@pytest.mark.parametrize("days", [-1, 0, 12, 14, 400])
def test_a_table_of_any_age_can_be_told_of(laptop: Path, days: int) -> None:
    job = load("d.it", laptop)
    table = Freshness(1, NOW - datetime.timedelta(days=days))
    assert tell(worlds.open(job.project.env, laptop), job, of_age(table, NOW)) == []
    assert len(kept(laptop)) == (2 if 0 <= days < 14 else 1)


@pytest.mark.parametrize("name", ["ü", "m" * 4_000, ": /", "<b>&"])
def test_a_mesh_of_any_name_can_be_told_of(tmp_path: Path, name: str) -> None:
    root = project(tmp_path, {"world": {"type": "local"}, "values": {"warehouse": "w"}}, name)
    job = load("d.it", root)
    assert tell(worlds.open(job.project.env, root), job, of_age(Freshness(1, NOW), NOW)) == []


DATUM = {"MetricName": "Rows", "Value": 1.0}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"Value": float("nan")}, "InvalidParameterValue"),
        ({"Value": 2.0**361}, "InvalidParameterValue"),
        ({"Timestamp": NOW - datetime.timedelta(days=15)}, "InvalidParameterValue"),
        ({"Timestamp": NOW + datetime.timedelta(hours=3)}, "InvalidParameterValue"),
        ({"Unit": "Rows"}, "ValidationException"),
        ({"Dimensions": [{"Name": "Mesh", "Value": "ü"}]}, "InvalidParameterValue"),
        ({"Dimensions": [{"Name": "Mesh", "Value": " "}]}, "InvalidParameterValue"),
        ({"Dimensions": [{"Name": "Mesh", "Value": "a"}, {"Name": "Mesh", "Value": "b"}]}, "InvalidParameterValue"),
        ({"Values": [1.0]}, "InvalidParameterCombination"),
    ],
)
def test_the_embedded_service_refuses_what_aws_does_and_keeps_nothing_of_it(
    tmp_path: Path, wrong: dict[str, Any], code: str
) -> None:
    client = embedded_aws.client("cloudwatch", tmp_path)
    with pytest.raises(client.exceptions.ClientError) as error:
        client.put_metric_data(Namespace="n", MetricData=[DATUM, {**DATUM, **wrong}])
    assert error.value.response["Error"]["Code"] == code
    assert Accounts(tmp_path, {"here": "000000000000"}).metrics("here", "n") == []


def test_the_embedded_service_takes_no_metrics_of_aws_none_at_all_and_not_too_many(tmp_path: Path) -> None:
    client = embedded_aws.client("cloudwatch", tmp_path)
    for space, data in (("AWS/Glue", [DATUM]), ("n", []), ("n", [DATUM] * 1_001)):
        with pytest.raises(client.exceptions.ClientError):
            client.put_metric_data(Namespace=space, MetricData=data)
