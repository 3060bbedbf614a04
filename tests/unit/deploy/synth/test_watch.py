"""Somebody is told when a run fails, comes late, costs too much, or data is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from mesh_etl.errors import ConfigError
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
        ("OrdersDoneRule", "Glue Job State Change", "SUCCEEDED", True),
        ("OrdersCostRule", "Glue Job Run Status", "RUNNING", True),
        ("OrdersCostRule", "Glue Job State Change", "FAILED", False),
    ],
)
def test_each_rule_hears_its_own_events(tmp_path: Path, rule: str, kind: str, state: str, is_told: bool) -> None:
    pattern = made(tmp_path, WATCHED)[rule]["EventPattern"]
    detail = {"jobName": "shop-prod-sales-orders-run", "state": state, "jobRunId": "jr_1"}
    event = {"source": "aws.glue", "detail-type": kind, "detail": detail}
    assert heard(pattern, event) is is_told
    assert not heard(pattern, {**event, "detail": {**detail, "jobName": "shop-prod-sales-orders-run-2"}})


def test_what_is_told_names_the_run_and_the_command_to_look_at_it(tmp_path: Path) -> None:
    transformer = made(tmp_path, WATCHED)["OrdersFailedRule"]["Targets"][0]["InputTransformer"]
    told = transformer["InputTemplate"]
    for name in transformer["InputPathsMap"]:
        told = told.replace(f"<{name}>", name.upper())
    assert json.loads(told) == (
        "The run RUN of JOB ended as STATE. See: mesh-etl logs sales.orders --run RUN --env prod --errors"
    )


@mock_aws
@pytest.mark.parametrize(("rule", "kind"), [("QualityRule", "QualityFailed"), ("LateRule", "DataProductLate")])
def test_what_the_mesh_tells_of_its_products_is_told_to_a_domain(tmp_path: Path, rule: str, kind: str) -> None:
    pattern = made(tmp_path)[rule]["EventPattern"]
    event = {"source": "mesh_etl", "detail-type": kind}
    told = [heard(pattern, {**event, "detail": {"mesh": "shop", "product": one}}) for one in ("sales.orders", "crm.a")]
    assert told == [True, False]


def test_without_a_bus_no_rule_waits_for_events_of_the_mesh(tmp_path: Path) -> None:
    assert {"QualityRule", "LateRule"} & made(tmp_path, bus=False).keys() == set()


@pytest.mark.parametrize(
    ("late_after", "period", "periods"),
    [("10m", 300, 2), ("59m", 300, 12), ("1h", 3600, 1), ("90m", 3600, 2), ("26h", 3600, 26), ("7d", 3600, 168)],
)
def test_late_is_when_no_run_has_succeeded_for_so_long(
    tmp_path: Path, late_after: str, period: int, periods: int
) -> None:
    found = made(tmp_path, f"late_after: {late_after}")
    alarm = found["OrdersLateAlarm"]
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (period, periods, "breaching")
    assert alarm["Dimensions"] == [{"Name": "RuleName", "Value": found["OrdersDoneRule"]["Name"]}]


@pytest.mark.parametrize("deploy", ["late_after: 8d", "{late_after: 1h, stream: {}}"])
def test_where_no_alarm_can_tell_the_audit_does(tmp_path: Path, deploy: str) -> None:
    with pytest.raises(ConfigError) as error:
        made(tmp_path, deploy)
    assert error.value.code == "LATE_UNSEEN"
    assert "OrdersLateAlarm" not in made(tmp_path, deploy, "audit: {at: cron(0 5 * * ? *)}")


def test_nobody_but_the_account_tells_the_topic(tmp_path: Path) -> None:
    found = made(tmp_path, deployment="alarms: {email: [b@x.example, a@x.example, b@x.example]}")
    assert found["Topic"]["KmsMasterKeyId"] == "alias/shop-prod-sales"
    (policy,) = [one for one in found["TopicPolicy"]["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert policy["Condition"] == {"StringEquals": {"aws:SourceAccount": "222222222222"}}
    assert sorted(one["Endpoint"] for one in found.values() if "Endpoint" in one) == ["a@x.example", "b@x.example"]


def test_a_topic_that_is_there_is_used(tmp_path: Path) -> None:
    arn = "arn:aws:sns:eu-west-1:222222222222:ours"
    found = made(tmp_path, WATCHED, deployment=f"alarms: {{topic: '{arn}', email: [a@x.example]}}")
    assert "Topic" not in found
    assert found["OrdersFailedRule"]["Targets"][0]["Arn"] == arn
    assert [one["TopicArn"] for one in found.values() if "Endpoint" in one] == [arn]


def test_the_dashboard_has_a_row_for_each_job(tmp_path: Path) -> None:
    found = made(tmp_path, deployment="maintain: {at: cron(0 3 * * ? *)}")
    widgets = json.loads(found["Dashboard1"]["DashboardBody"])["widgets"]
    assert [one["properties"]["title"] for one in widgets if one["x"] == 0] == [
        "sales.orders: how runs ended",
        "sales: maintain: how runs ended",
    ]
    assert len({(one["x"], one["y"]) for one in widgets}) == 6
    named = [
        metric[metric.index("RuleName") + 1]
        for one in widgets
        for metric in one["properties"]["metrics"]
        if "RuleName" in metric
    ]
    assert named == [found["OrdersFailedRule"]["Name"], found["AllMaintainFailedRule"]["Name"]]
