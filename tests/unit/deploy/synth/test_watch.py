"""Somebody is told when a run fails, comes late, costs too much, or data is refused."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.synth.watch.dashboard import dashboards
from mesh_etl.errors import ConfigError
from mesh_etl.publish.freshness import Freshness
from mesh_etl.telemetry import METRICS, Point, of_age
from mesh_etl.telemetry.model import QUALITY_FAILURES
from tests.unit.deploy.synth.alarm import NOW, evaluated
from tests.unit.deploy.synth.meshes import mesh, resources, stack_of
from tests.unit.deploy.synth.test_workflows import heard

WATCHED = "{late_after: 26h, dpu_hours: 3}"


def made(root: Path, deploy: str = "", deployment: str = "{}", *, bus: bool = True) -> dict[str, dict[str, Any]]:
    """The properties of what watches one product, by logical id."""
    mesh(root, {"sales.orders": deploy}, deployment=deployment, bus=bus)
    found = resources(stack_of(root, "sales"), ["watch"])
    return {name.partition("/")[2]: one["Properties"] for name, one in found.items()}  # type: ignore[misc]


@mock_aws
@pytest.mark.parametrize(
    ("rule", "kind", "state", "is_told"),
    [
        ("OrdersFailedRule", "Glue Job State Change", "FAILED", True),
        ("OrdersFailedRule", "Glue Job State Change", "TIMEOUT", True),
        ("OrdersFailedRule", "Glue Job State Change", "SUCCEEDED", False),
        ("OrdersFailedRule", "Glue Job State Change", "STOPPED", False),
        ("OrdersCostRule", "Glue Job Run Status", "RUNNING", True),
        ("OrdersCostRule", "Glue Job State Change", "FAILED", False),
    ],
)
def test_each_rule_hears_its_own_events(tmp_path: Path, rule: str, kind: str, state: str, is_told: bool) -> None:
    pattern = made(tmp_path, WATCHED)[rule]["EventPattern"]
    detail = {"jobName": "shop-prod-sales--orders-run", "state": state, "jobRunId": "jr_1"}
    event = {"source": "aws.glue", "detail-type": kind, "detail": detail}
    assert heard(pattern, event) is is_told
    assert not heard(pattern, {**event, "detail": {**detail, "jobName": "shop-prod-sales--orders-run-2"}})


def test_what_is_told_names_the_run_and_the_command_to_look_at_it(tmp_path: Path) -> None:
    transformer = made(tmp_path, WATCHED)["OrdersFailedRule"]["Targets"][0]["InputTransformer"]
    told = transformer["InputTemplate"]
    for name in transformer["InputPathsMap"]:
        told = told.replace(f"<{name}>", name.upper())
    assert json.loads(told) == (
        "The run RUN of JOB ended as STATE. See: mesh-etl logs sales.orders --run RUN --env prod --errors,"
        " and for a further attempt: mesh-etl runs sales.orders --env prod"
    )


@mock_aws
@pytest.mark.parametrize(("run", "is_told"), [("jr_1", True), ("jr_1_attempt_1", False), ("jr_1_attempt_2", False)])
def test_of_several_attempts_the_first_is_told(tmp_path: Path, run: str, is_told: bool) -> None:
    pattern = made(tmp_path, "{retries: 2}")["OrdersFailedRule"]["EventPattern"]
    detail = {"jobName": "shop-prod-sales--orders-run", "state": "FAILED", "jobRunId": run}
    event = {"source": "aws.glue", "detail-type": "Glue Job State Change", "detail": detail}
    assert heard(pattern, event) is is_told
    (tmp_path / "once").mkdir()
    alone = made(tmp_path / "once", "{retries: 0}")["OrdersFailedRule"]["EventPattern"]
    assert "jobRunId" not in alone["detail"]


def test_what_the_mesh_tells_on_its_bus_is_not_told_to_the_topic_once_more(tmp_path: Path) -> None:
    with_bus, without = made(tmp_path / "a", WATCHED), made(tmp_path / "b", WATCHED, bus=False)
    assert with_bus.keys() == without.keys()
    patterns = [one["EventPattern"] for one in with_bus.values() if "EventPattern" in one]
    assert [one["source"] for one in patterns] == [["aws.glue"]] * len(patterns)


@pytest.mark.parametrize(
    ("late_after", "period", "periods"),
    [("10m", 300, 2), ("59m", 300, 12), ("1h", 3600, 1), ("90m", 3600, 2), ("26h", 3600, 26), ("7d", 3600, 168)],
)
def test_late_is_looked_for_as_far_back_as_it_says(tmp_path: Path, late_after: str, period: int, periods: int) -> None:
    alarm = made(tmp_path, f"late_after: {late_after}")["OrdersLateAlarm"]
    assert {one["MetricStat"]["Period"] for one in alarm["Metrics"] if "MetricStat" in one} == {period}
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (periods, periods)


HOURS = datetime.timedelta(hours=1)
TABLE = Freshness(1, NOW - 25 * HOURS)  # of the newest version


def age(hours: float, of: Freshness = TABLE) -> list[Point]:
    """What is told so many hours ago of how old the table is."""
    return list(of_age(of, NOW - hours * HOURS))


@pytest.mark.parametrize(
    ("late_after", "told", "state"),
    [
        pytest.param("26h", age(24), "OK", id="published in time"),
        pytest.param("24h", age(24), "ALARM", id="no run since"),
        pytest.param("24h", [one for ago in range(25) for one in age(ago)], "ALARM", id="runs that found nothing new"),
        pytest.param("26h", age(1), "OK", id="the commit was not told, and a later run told it"),
        pytest.param("24h", age(30, Freshness(1, NOW - 31 * HOURS)), "ALARM", id="a day and more without a point"),
        pytest.param("7d", [], "ALARM", id="nothing was ever told"),
        pytest.param("2h", [*age(24), *age(0.5, Freshness(2, NOW - 0.5 * HOURS))], "OK", id="a new version"),
    ],
)
def test_late_is_when_there_is_no_new_version_for_so_long(
    tmp_path: Path, late_after: str, told: list[Point], state: str
) -> None:
    alarm = made(tmp_path, f"late_after: {late_after}")["OrdersLateAlarm"]
    assert evaluated(alarm, told) == state


@pytest.mark.parametrize(
    ("values", "state"), [([2.0], "ALARM"), ([0.0], "OK"), ([], "unchanged")], ids=["refused", "not refused", "no run"]
)
def test_quality_is_as_the_last_run_found_it(tmp_path: Path, values: list[float], state: str) -> None:
    alarm = made(tmp_path)["OrdersQualityAlarm"]
    assert evaluated(alarm, [Point(QUALITY_FAILURES, value, NOW) for value in values]) == state
    assert "mesh-etl logs sales.orders --env prod --errors" in alarm["AlarmDescription"]


def test_each_thing_is_told_by_one_alarm_or_by_one_rule(tmp_path: Path) -> None:
    found = made(tmp_path, WATCHED)
    telling = [name for name, one in found.items() if one.get("Targets") or one.get("AlarmActions")]
    assert sorted(telling) == ["OrdersCostRule", "OrdersFailedRule", "OrdersLateAlarm", "OrdersQualityAlarm"]


def test_where_no_alarm_can_tell_the_audit_does(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        made(tmp_path, "late_after: 8d")
    assert error.value.code == "LATE_UNSEEN"
    audited = made(tmp_path, "late_after: 8d", "audit: {at: cron(0 5 * * ? *)}")
    assert "OrdersLateAlarm" not in audited
    assert audited["AllAuditFailedRule"]["EventPattern"]["detail"]["state"] == ["FAILED", "TIMEOUT", "ERROR"]


def test_a_stream_is_late_as_any_other(tmp_path: Path) -> None:
    assert "OrdersLateAlarm" in made(tmp_path, "{late_after: 1h, stream: {}}")


def test_each_service_tells_the_topic_for_the_account_that_says_for_whom_it_does(tmp_path: Path) -> None:
    found = made(tmp_path, deployment="alarms: {email: [b@x.example, a@x.example, b@x.example]}")
    assert found["Topic"]["KmsMasterKeyId"] == "alias/shop-prod-sales"
    allowed = [one for one in found["TopicPolicy"]["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    told = {str(one["Principal"]["Service"]): one.get("Condition") for one in allowed}
    assert told == {
        "events.amazonaws.com": None,  # EventBridge publishes to no topic whose policy has a condition for it
        "['cloudwatch.amazonaws.com', 'budgets.amazonaws.com']": {
            "StringEquals": {"aws:SourceAccount": "222222222222"}
        },
    }
    assert sorted(one["Endpoint"] for one in found.values() if "Endpoint" in one) == ["a@x.example", "b@x.example"]


def test_a_topic_that_is_there_is_used(tmp_path: Path) -> None:
    arn = "arn:aws:sns:eu-west-1:222222222222:ours"
    found = made(tmp_path, WATCHED, deployment=f"alarms: {{topic: '{arn}', email: [a@x.example]}}")
    assert "Topic" not in found
    assert found["OrdersFailedRule"]["Targets"][0]["Arn"] == arn
    assert [one["TopicArn"] for one in found.values() if "Endpoint" in one] == [arn]


def drawn(body: str) -> tuple[list[tuple[int, str]], list[dict[str, Any]]]:
    """The headings of a dashboard with their places from above, and its widgets of metrics."""
    every = json.loads(body)["widgets"]
    headings = [(one["y"], one["properties"]["markdown"]) for one in every if one["type"] == "text"]
    return headings, [one for one in every if one["type"] == "metric"]


def test_the_dashboard_has_a_row_for_each_job(tmp_path: Path) -> None:
    found = made(tmp_path, deployment="maintain: {at: cron(0 3 * * ? *)}")
    headings, widgets = drawn(found["Dashboard1"]["DashboardBody"])
    assert headings == [(0, "### sales.orders"), (6, "### sales: maintain")]
    assert [(one["x"], one["y"], one["width"], one["properties"]["title"]) for one in widgets] == [
        (0, 1, 5, "how runs ended"),
        (5, 1, 5, "rows"),
        (10, 1, 5, "duration"),
        (15, 1, 5, "age"),
        (20, 1, 4, "workers"),
        (0, 7, 5, "how runs ended"),
        (5, 7, 5, "duration"),
        (10, 7, 5, "workers"),
    ]
    named = [
        metric[metric.index("RuleName") + 1]
        for one in widgets
        for metric in one["properties"]["metrics"]
        if "RuleName" in metric
    ]
    assert named == [found["OrdersFailedRule"]["Name"], found["AllMaintainFailedRule"]["Name"]]


def test_the_dashboard_shows_what_runs_tell(tmp_path: Path) -> None:
    _, widgets = drawn(made(tmp_path, WATCHED)["Dashboard1"]["DashboardBody"])
    shown = [metric for one in widgets for metric in one["properties"]["metrics"]]
    ours = [one for one in shown if str(one[0]).startswith("mesh_etl/")]
    place = {"Mesh": "shop", "Environment": "prod", "Domain": "sales", "Product": "orders"}
    assert [one[2:-1] for one in ours] == [[text for pair in place.items() for text in pair]] * len(ours)
    assert {one[0] for one in ours} == {"mesh_etl/shop/prod/sales"}
    assert {one[1] for one in ours} <= {one.name for one in METRICS}
    (limit,) = [one["properties"]["annotations"] for one in widgets if "annotations" in one["properties"]]
    assert limit["horizontal"][0]["value"] == 26


def test_dashboards_of_many_products_stay_inside_the_limits(tmp_path: Path) -> None:
    one = estate(Project.open(mesh(tmp_path, {"sales.orders": "late_after: 1d"}), "prod"), "sales")
    found = dashboards(dataclasses.replace(one, jobs=one.jobs * 101))
    pages = [drawn(one.properties["DashboardBody"]) for one in found.values()]
    assert [len(headings) + len(widgets) for headings, widgets in pages] == [498, 108]
    assert sum(len(one["properties"]["metrics"]) for one in pages[0][1]) <= 2_500, "what the user guide allows for one"
