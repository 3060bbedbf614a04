"""Workflows of Glue: triggers, rules and what EventBridge sends them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from mesh_etl.errors import ConfigError
from tests.unit.deploy.synth.meshes import mesh, resources, stack_of

DAILY = "start: {type: schedule, at: cron(0 6 * * ? *)}"
AFTER = "start: {type: after}"


def flows_of(root: Path, unit: str = "sales") -> dict[str, dict[str, Any]]:
    """What is made for the flows of the unit, by its name in AWS."""
    made: dict[str, dict[str, Any]] = {}
    for one in resources(stack_of(root, unit), ["flow"]).values():
        properties: dict[str, Any] = one["Properties"]  # type: ignore[assignment]
        made[properties.get("Name") or properties["StatementId"]] = {"Type": one["Type"], **properties}
    return made


def test_a_product_follows_in_the_workflow_of_what_it_follows(tmp_path: Path) -> None:
    mesh(
        tmp_path,
        {
            "sales.a": DAILY,
            "sales.b": DAILY,
            "sales.all": f"read: sales.a, sales.b\n{AFTER}",
            "sales.bad": "read: sales.a\nstart: {type: after, states: [FAILED, TIMEOUT]}",
        },
    )
    made = flows_of(tmp_path)
    assert sorted(made) == [
        "shop-prod-sales--a-scheduled",
        "shop-prod-sales--a-scheduled-all-after",
        "shop-prod-sales--a-scheduled-bad-after",
        "shop-prod-sales--a-scheduled-start",
        "shop-prod-sales-mesh",
    ]
    start, both = made["shop-prod-sales--a-scheduled-start"], made["shop-prod-sales--a-scheduled-all-after"]
    assert [one["JobName"] for one in start["Actions"]] == ["shop-prod-sales--a-run", "shop-prod-sales--b-run"]
    assert (start["Type"], start["Schedule"], start["StartOnCreation"]) == ("SCHEDULED", "cron(0 6 * * ? *)", True)
    assert both["Predicate"] == {
        "Logical": "AND",
        "Conditions": [
            {"LogicalOperator": "EQUALS", "JobName": f"shop-prod-sales--{one}-run", "State": "SUCCEEDED"}
            for one in "ab"
        ],
    }
    bad = made["shop-prod-sales--a-scheduled-bad-after"]["Predicate"]
    assert (bad["Logical"], [one["State"] for one in bad["Conditions"]]) == ("ANY", ["FAILED", "TIMEOUT"])


def test_triggers_enter_a_workflow_one_after_another(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": DAILY, **{f"sales.b{one}": f"read: sales.a\n{AFTER}" for one in range(5)}})
    made = {name.partition("/")[2]: one for name, one in resources(stack_of(tmp_path, "sales"), ["flow"]).items()}
    names, at = ["AScheduledWorkflow"], "AScheduledWorkflow"
    while (after := [name for name, one in made.items() if one.get("DependsOn") == [at]]) != []:
        (at,) = after
        names.append(at)
    assert names[:2] == ["AScheduledWorkflow", "AScheduledStart"]
    assert len(names) == 7


def test_what_glue_cannot_say_is_told(tmp_path: Path) -> None:
    after = "read: sales.a, sales.b\nstart: {type: after, states: [SUCCEEDED, FAILED]}"
    mesh(tmp_path, {"sales.a": DAILY, "sales.b": DAILY, "sales.c": after})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == "STATES_WITH_ALL"


def test_a_flow_that_is_too_large_is_told(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": DAILY, **{f"sales.b{one}": f"read: sales.a\n{AFTER}" for one in range(50)}})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == "FLOW_TOO_LARGE"


@mock_aws
def test_files_start_the_workflow_that_reads_them(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": "start: {type: files, batch: 10, window: 5m}"})
    made = flows_of(tmp_path)
    batch = {"BatchSize": 10, "BatchWindow": 300}
    assert made["shop-prod-sales--a-files-start"]["EventBatchingCondition"] == batch
    rule = made["shop-prod-sales--a-arrival"]
    assert rule["Targets"][0]["Arn"] == "arn:aws:glue:eu-west-1:222222222222:workflow/shop-prod-sales--a-files"
    assert heard(rule["EventPattern"], _came("shop-raw", "sales/a/2026.csv"))
    assert not heard(rule["EventPattern"], _came("shop-raw", "sales/b/2026.csv"))
    assert not heard(rule["EventPattern"], _came("other", "sales/a/2026.csv"))


@mock_aws
def test_files_of_two_buckets_are_each_heard_of_in_their_own_place(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": "start: {type: files}"})
    job = tmp_path / "configs/sales/a/job.yaml"
    both = 'path: ["s3://one/x/*.csv", "s3://two/y.csv"]'
    job.write_text(job.read_text().replace('path: "s3://shop-raw/sales/a/*.csv"', both))
    pattern = flows_of(tmp_path)["shop-prod-sales--a-arrival"]["EventPattern"]
    places = [("one", "x/1.csv"), ("two", "y.csv"), ("one", "y.csv"), ("two", "x/1.csv")]
    assert [_meant(pattern, *place) for place in places] == [True, True, False, False]


@pytest.mark.parametrize(
    ("path", "code"), [("s3://shop-sales-tables/", "STARTS_ITSELF"), ("data/*.csv", "NO_FOLDER_TO_WATCH")]
)
def test_files_that_cannot_start_it_are_told(tmp_path: Path, path: str, code: str) -> None:
    mesh(tmp_path, {"sales.a": "start: {type: files}"})
    job = tmp_path / "configs/sales/a/job.yaml"
    job.write_text(job.read_text().replace("s3://shop-raw/sales/a/*.csv", path))
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == code


@mock_aws
def test_what_another_domain_publishes_reaches_the_account(tmp_path: Path) -> None:
    mesh(tmp_path, {"crm.people": "", "sales.a": f"read: crm.people\n{AFTER}"})
    made, centre = flows_of(tmp_path), flows_of(tmp_path, "mesh")
    forward = centre["shop-prod-mesh--to-222222222223-eu-west-1-events"]
    assert forward["EventBusName"] == "events"
    assert [one["Arn"] for one in forward["Targets"]] == ["arn:aws:events:eu-west-1:222222222223:event-bus/default"]
    policy, rule = made["shop-prod-sales-mesh"], made["shop-prod-sales--a-start"]
    role = forward["Targets"][0]["RoleArn"]
    assert policy["Statement"]["Condition"]["ArnEquals"] == {"aws:PrincipalArn": role}
    assert role == "arn:aws:iam::111111111111:role/shop-prod-mesh-starts"
    told = {"source": "mesh_etl", "detail-type": "DataProductPublished"}
    event = {**told, "detail": {"mesh": "shop", "product": "crm.people"}}
    other = {**told, "detail": {"mesh": "shop", "product": "crm.other"}}
    assert [heard(one["EventPattern"], event) for one in (forward, rule)] == [True, True]
    assert not heard(rule["EventPattern"], other)


def test_an_account_that_has_the_bus_hears_it_there(tmp_path: Path) -> None:
    mesh(tmp_path, {"crm.people": "", "sales.a": f"read: crm.people\n{AFTER}"})
    file = tmp_path / "configs/mesh.yaml"
    file.write_text(file.read_text().replace("account: sales", "account: centre"))
    made = flows_of(tmp_path)
    assert "shop-prod-sales-mesh" not in made
    assert made["shop-prod-sales--a-start"]["EventBusName"] == "events"


def heard(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether EventBridge, as moto has it, sends the event to a rule of the pattern."""
    events, queues = boto3.client("events", region_name="eu-west-1"), boto3.client("sqs", region_name="eu-west-1")
    url = queues.create_queue(QueueName="heard")["QueueUrl"]
    events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
    arn = "arn:aws:sqs:eu-west-1:123456789012:heard"
    events.put_targets(Rule="rule", Targets=[{"Id": "one", "Arn": arn}])
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    events.put_events(Entries=[entry])
    found = queues.receive_message(QueueUrl=url).get("Messages", [])
    queues.delete_queue(QueueUrl=url)
    events.remove_targets(Rule="rule", Ids=["one"])
    events.delete_rule(Name="rule")
    return bool(found)


def _came(bucket: str, key: str) -> dict[str, Any]:
    detail = {"bucket": {"name": bucket}, "object": {"key": key}}
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def _meant(pattern: dict[str, Any], bucket: str, key: str) -> bool:
    """As `heard`, one alternative at a time: moto knows no $or."""
    return any(heard({**pattern, "detail": one}, _came(bucket, key)) for one in pattern["detail"]["$or"])


def test_another_start_is_another_workflow_with_other_triggers(tmp_path: Path) -> None:
    made = []
    for start in (DAILY, "start: {type: files}", "start: {type: on_demand}"):
        mesh(tmp_path, {"sales.a": start, "sales.b": f"read: sales.a\n{AFTER}"})
        found = resources(stack_of(tmp_path, "sales"), ["flow"])
        made.append(
            {name: one["Properties"]["Name"] for name, one in found.items() if one["Type"].startswith("AWS::Glue")}
        )
    for one in made:
        for other in made:
            assert one is other or not (one.keys() & other.keys() or set(one.values()) & set(other.values()))
