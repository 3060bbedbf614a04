"""Which runs of jobs an execution of a state machine has started."""

from __future__ import annotations

import datetime
import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from mesh_etl.errors import PlanError
from mesh_etl.operate.flow_runs import FlowRun
from mesh_etl.operate.machine import Machine

AT = datetime.datetime(2026, 11, 22, 6, tzinfo=datetime.UTC)
ARN = "arn:aws:states:eu-west-1:222222222222:stateMachine:test-prod-shop--visits"
ASKED = {"executionArn": ARN.replace(":stateMachine:", ":execution:") + ":x", "maxResults": 1000}
GLUE = {"resourceType": "glue", "resource": "startJobRun.sync"}


def event(number: int, after: int, kind: str, **details: Any) -> dict[str, Any]:
    return {"timestamp": AT, "type": kind, "id": number, "previousEventId": after, **details}


def scheduled(number: int, after: int, job: str) -> dict[str, Any]:
    asked = {**GLUE, "region": "eu-west-1", "parameters": json.dumps({"JobName": job})}
    return event(number, after, "TaskScheduled", taskScheduledEventDetails=asked)


def submitted(number: int, after: int, run: str) -> dict[str, Any]:
    answer = {**GLUE, "output": json.dumps({"JobRunId": run, "SdkHttpMetadata": {"HttpStatusCode": 200}})}
    return event(number, after, "TaskSubmitted", taskSubmittedEventDetails=answer)


HISTORY = (  # two branches, of which one is tried again, and a message to the topic
    event(1, 0, "ExecutionStarted"),
    scheduled(2, 1, "visits"),
    scheduled(3, 1, "items"),
    event(4, 3, "TaskStarted", taskStartedEventDetails=GLUE),
    event(5, 2, "TaskStarted", taskStartedEventDetails=GLUE),
    submitted(6, 4, "jr_items"),
    submitted(7, 5, "jr_visits"),
    event(8, 7, "TaskFailed", taskFailedEventDetails={**GLUE, "error": "States.TaskFailed", "cause": "{}"}),
    scheduled(9, 8, "visits"),
    event(10, 9, "TaskStarted", taskStartedEventDetails=GLUE),
    submitted(11, 10, "jr_again"),
    event(
        12,
        11,
        "TaskScheduled",
        taskScheduledEventDetails={
            "resourceType": "sns",
            "resource": "publish",
            "region": "eu-west-1",
            "parameters": json.dumps({"TopicArn": "arn:aws:sns:eu-west-1:222222222222:x", "Message": "jr_no"}),
        },
    ),
)


def client(service: str) -> Any:
    """A real client, whose requests and answers are held against the model of the service."""
    return boto3.client(service, region_name="eu-west-1", aws_access_key_id="A", aws_secret_access_key="s")


def of_glue(job: str, run: str) -> dict[str, Any]:
    return {"JobRun": {"Id": run, "JobName": job, "JobRunState": "SUCCEEDED", "StartedOn": AT}}


def test_the_last_run_of_each_job_is_found_over_all_pages():
    states, glue = client("stepfunctions"), client("glue")
    with Stubber(states) as history, Stubber(glue) as runs:
        history.add_response("get_execution_history", {"events": list(HISTORY[:5]), "nextToken": "more"}, ASKED)
        history.add_response("get_execution_history", {"events": list(HISTORY[5:])}, {**ASKED, "nextToken": "more"})
        runs.add_client_error("get_job_run", "EntityNotFoundException", expected_params=None)  # items, made again since
        runs.add_response("get_job_run", of_glue("visits", "jr_again"), {"JobName": "visits", "RunId": "jr_again"})
        flow = FlowRun("x", "f", "FAILED", AT, AT, "")
        found = Machine(states, glue, ARN).jobs(flow, ["visits", "items"])
        history.assert_no_pending_responses()
        runs.assert_no_pending_responses()
    assert {job: run.id for job, run in found.items()} == {"visits": "jr_again"}


def test_an_execution_that_is_forgotten_is_told():
    states = client("stepfunctions")
    with Stubber(states) as history:
        history.add_client_error("get_execution_history", "ExecutionDoesNotExist")
        with pytest.raises(PlanError) as raised:
            Machine(states, None, ARN).jobs(FlowRun("x", "f", "FAILED", AT, AT, ""), ["visits"])
    assert raised.value.code == "UNKNOWN_RUN"
