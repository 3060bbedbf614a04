"""A flow as a machine, in the Amazon States Language.

What each product does is in `branches`. A job that fails stops no other that does not wait for it; the machine fails at
its end, and says which ones did. An execution can be told which products are done already, and goes on with the others.
RedriveExecution could not: it enters again the state that failed, and that is the last one, for a failure within
Parallel would end the branches beside it.
Source: https://states-language.net/spec.html, https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.deploy.synth.flow.branches import BAD, DONE, Branches, State, any_of, equals, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesh_etl.deploy.estate import GlueJob
    from mesh_etl.deploy.synth.flow.flows import Flow


def definition(flow: Flow, jobs: Mapping[str, GlueJob], topic: str) -> dict[str, Any]:
    """The machine of the flow; `jobs` has the job of each product, `topic` is told when one has failed."""
    bad = [equals(f"$.{key(one)}", state) for one in flow.products for state in BAD]  # to be left out is no failure
    states: dict[str, State] = {
        "Begin": {
            "Type": "Choice",
            "Choices": [{"Variable": f"$.{DONE}", "IsPresent": True, "Next": "Go on"}],
            "Default": "Begin anew",
        },
        "Go on": {"Type": "Pass", "Parameters": {f"{DONE}.$": f"$.{DONE}"}, "Next": "Run"},
        "Begin anew": {"Type": "Pass", "Result": {DONE: {}}, "Next": "Run"},  # whatever event has started it
        "Run": {**Branches(flow, jobs).side_by_side(flow.products), "Next": "Did one fail"},
        "Did one fail": {"Type": "Choice", "Choices": [{**any_of(bad), "Next": "Tell"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
        "Tell": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": {
                "TopicArn": topic,
                "Subject": f"{flow.name}: a job of its flow failed"[:100],
                "Message.$": "States.Format('How the jobs of the flow ended: {}', States.JsonToString($))",
            },
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
            "Next": "Failed",
        },
        "Failed": {
            "Type": "Fail",
            "Error": "FlowFailed",
            "Cause": "a job of the flow failed; those that wait for it were left out",
        },
    }
    return {"Comment": f"Makes {flow.name} and what follows it", "StartAt": "Begin", "States": states}


def going_on(done: Iterable[str]) -> dict[str, Any]:
    """The input of an execution that does not run these products again."""
    return {DONE: {key(one): "SUCCEEDED" for one in done}}


def skipped(given: str) -> tuple[str, ...]:
    """The products, without their domain, that an execution with this input does not run again."""
    found = json.loads(given)
    return tuple(found.get(DONE, ())) if isinstance(found, dict) else ()
