"""Glue jobs say what `deploy:` says, and start with what was shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_etl.errors import ConfigError
from tests.unit.deploy.synth.meshes import mesh, resources, stack_of

MANY = {f"spark.k{one}": "v" * 1000 for one in range(270)}


def made(root: Path, deploy: str = "", deployment: str = "{}") -> dict[str, dict[str, Any]]:
    """The properties of what the jobs of one product and its chores are, by name."""
    mesh(root, {"sales.orders": deploy}, deployment=deployment)
    found: dict[str, dict[str, Any]] = {}
    for one in resources(stack_of(root, "sales"), ["jobs"]).values():
        properties: dict[str, Any] = one["Properties"]  # type: ignore[assignment]
        found[str(properties.get("Name") or properties.get("LogGroupName") or "database")] = properties
    return found


def job(root: Path, deploy: str = "", deployment: str = "{}") -> dict[str, Any]:
    found = made(root, deploy, deployment)
    return next(one for name, one in found.items() if name.startswith("shop-prod-sales--orders"))


@pytest.mark.parametrize(
    ("deploy", "properties"),
    [
        ("", {"GlueVersion": "5.1", "WorkerType": "G.1X", "NumberOfWorkers": 2, "MaxRetries": 1, "Timeout": 120}),
        ("{glue_version: '6.0', worker_type: G.4X, workers: 9}", {"GlueVersion": "6.0", "NumberOfWorkers": 9}),
        ("execution: flex", {"ExecutionClass": "FLEX", "Command": {"Name": "glueetl"}}),
        ("timeout: 90s", {"Timeout": 2}),
        ("timeout: 3d", {"Timeout": 4320}),
        ("concurrent_runs: 4", {"ExecutionProperty": {"MaxConcurrentRuns": 4}}),
        ("retries: 0", {"MaxRetries": 0, "JobRunQueuingEnabled": True}),
        ("retries: 2", {"MaxRetries": 2, "JobRunQueuingEnabled": None}),
        ("connections: [db, vpc]", {"Connections": {"Connections": ["db", "vpc"]}}),
        ("dpu_hours: 3", {"NotificationProperty": {"NotifyDelayAfter": 90}}),
        ("{dpu_hours: 0.001, workers: 100}", {"NotificationProperty": {"NotifyDelayAfter": 1}}),
        ("stream: {every: 5m}", {"Command": {"Name": "gluestreaming"}, "Timeout": None, "ExecutionClass": None}),
        ("{stream: {}, timeout: 7d}", {"Timeout": 10080}),
        ("tags: {team: one, mesh: other}", {"Tags": {"team": "one", "mesh": "shop", "product": "sales.orders"}}),
    ],
)
def test_a_job_is_as_it_says(tmp_path: Path, deploy: str, properties: dict[str, Any]) -> None:
    found = job(tmp_path, deploy)
    for key, value in properties.items():
        assert _within(value, found.get(key)), (key, found.get(key))


@pytest.mark.parametrize(
    ("deploy", "arguments"),
    [
        ("", {"--enable-auto-scaling": "true", "--job-bookmark-option": "job-bookmark-disable", "--engine": "glue"}),
        ("auto_scaling: false", {"--enable-auto-scaling": None}),
        ("bookmark: enable", {"--job-bookmark-option": "job-bookmark-enable"}),
        ("engine: embedded", {"--engine": "embedded"}),
        ("spark: {spark.b: '2', spark.a: x=y}", {"--conf": "spark.a=x=y --conf spark.b=2"}),
        ("", {"--TempDir": "s3://shop-prod-sales-222222222222-artifacts/temporary/shop-prod-sales--orders-run/"}),
        ("", {"--custom-logGroup-prefix": "/aws-glue/jobs/shop-prod-sales", "--conf": None}),
    ],
)
def test_a_job_starts_with_what_it_says(tmp_path: Path, deploy: str, arguments: dict[str, str | None]) -> None:
    found = job(tmp_path, deploy)["DefaultArguments"]
    assert {name: found.get(name) for name in arguments} == arguments


def test_no_run_is_made_of_anything_else(tmp_path: Path) -> None:
    found = job(tmp_path)
    fixed = found["NonOverridableArguments"]
    named = ["--job", "--extra-py-files", "--additional-python-modules", "--scriptLocation"]
    home = "s3://shop-prod-sales-222222222222-artifacts/mesh_etl/"
    assert [fixed[name].startswith(home) for name in named] == [True] * len(named)
    assert fixed["--scriptLocation"] == found["Command"]["ScriptLocation"]
    assert not fixed.keys() & found["DefaultArguments"].keys()


def test_logs_go_where_they_end_one_day(tmp_path: Path) -> None:
    found = made(tmp_path, deployment="keep_logs: 14")
    groups = [
        f"/aws-glue/jobs/shop-prod-sales/shop-prod-sales-role/sales-engineer/{one}" for one in ("error", "output")
    ]
    assert [found[one]["RetentionInDays"] for one in groups] == [14, 14]


def test_chores_are_jobs_of_the_smallest_kind(tmp_path: Path) -> None:
    found = made(tmp_path, deployment="{jobs: {worker_type: G.8X, workers: 50}, audit: {at: cron(0 3 * * ? *)}}")
    audit = found["shop-prod-sales--audit"]
    assert (audit["WorkerType"], audit["NumberOfWorkers"], "product" in audit["Tags"]) == ("G.1X", 2, False)
    assert audit["Command"]["ScriptLocation"].endswith("/audit.py")


def test_a_crawler_looks_at_the_source_and_changes_no_table(tmp_path: Path) -> None:
    found = made(tmp_path, "crawler: {schedule: cron(0 1 * * ? *)}")
    crawler = found["shop-prod-sales--orders-crawler"]
    assert crawler["Targets"] == {"S3Targets": [{"Path": "s3://shop-raw/sales/orders/"}]}
    assert crawler["Schedule"] == {"ScheduleExpression": "cron(0 1 * * ? *)"}
    assert set(crawler["SchemaChangePolicy"].values()) == {"LOG"}
    assert found["database"]["DatabaseInput"]["Name"] == crawler["DatabaseName"] == "shop_prod_sales_crawled"


@pytest.mark.parametrize(
    ("deploy", "code", "where"),
    [
        ("glue_version: auto", "GLUE_AUTO", "configs/sales/orders/job.yaml:5:17"),
        (f"spark: {MANY}", "ARGUMENTS_TOO_LARGE", ""),
    ],
)
def test_what_cannot_be_a_job_is_told(tmp_path: Path, deploy: str, code: str, where: str) -> None:
    with pytest.raises(ConfigError) as error:
        job(tmp_path, deploy)
    assert (error.value.code, error.value.faults[0].where.startswith(where)) == (code, True)


def test_a_version_is_told_where_it_is_stated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        job(tmp_path, deployment="jobs: {glue_version: auto}")
    assert error.value.faults[0].where.startswith("configs/mesh.yaml:")


def test_a_crawler_needs_a_folder(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.orders": "", "sales.total": "read: sales.orders\ncrawler: {}"})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == "CRAWLER_WITHOUT_PLACE"


@pytest.mark.parametrize(("at", "code"), [("0 6 * * *", "SCHEDULE_FORMAT"), ("* * * * ? *", "SCHEDULE_OFTEN")])
def test_a_crawler_comes_by_at_times_that_glue_knows(tmp_path: Path, at: str, code: str) -> None:
    with pytest.raises(ConfigError) as error:
        made(tmp_path, f"crawler: {{schedule: cron({at})}}")
    assert error.value.code == code
    assert error.value.faults[0].where.startswith("configs/sales/orders/job.yaml:")


def test_products_that_aws_cannot_tell_apart_are_told(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a_b": "", "sales.a__b": ""})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == "NAME_TAKEN"


def _within(value: Any, found: Any) -> bool:
    if isinstance(value, dict):
        return all(_within(one, (found or {}).get(key)) for key, one in value.items())
    return bool(value == found)
