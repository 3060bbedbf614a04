"""A flow as the states of a machine, in the Amazon States Language.

Products run by levels: those of a level at the same time, and each only if those that it waits for ended as it asks.
A job that fails stops no other that does not wait for it; the machine fails at its end, and says which ones did. It
tries again itself what failed: for a machine a run has ended when its first attempt has, whatever Glue does then.
Source: https://states-language.net/spec.html, https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesh_etl.deploy.estate import GlueJob
    from mesh_etl.deploy.synth.flow.flows import Flow, Step

# Glue has no room, or answers too many at once: later there is one.
BUSY = [
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "Glue.ThrottlingException",
    "Glue.OperationTimeoutException",
    "Glue.InternalServiceException",
]
ENDED = ("TIMEOUT", "STOPPED")  # how else a run can end that did not succeed; all else is FAILED
BAD = ("FAILED", *ENDED)

State = dict[str, Any]


def definition(flow: Flow, jobs: Mapping[str, GlueJob], topic: str) -> dict[str, Any]:
    """The machine of the flow; `jobs` has the job of each product, `topic` is told when one has failed."""
    levels = _levels(flow)
    steps = {step.product: step for step in flow.steps}
    at = {product: number for number, level in enumerate(levels, start=1) for product in level}
    states: dict[str, State] = {}
    for number, level in enumerate(levels, start=1):
        states[f"Level {number}"] = {
            "Type": "Parallel",
            "Branches": [_branch(product, jobs[product], steps.get(product), at) for product in level],
            "ResultSelector": {f"{_key(product)}.$": f"$[{place}].state" for place, product in enumerate(level)},
            "ResultPath": f"$.level{number}",
            "Next": f"Level {number + 1}" if number < len(levels) else "Did one fail",
        }
    every = [product for level in levels for product in level]
    bad = [_equals(at, product, state) for product in every for state in BAD]  # to be left out alone is no failure
    states["Did one fail"] = {"Type": "Choice", "Choices": [{**_any(bad), "Next": "Tell"}], "Default": "Done"}
    states["Done"] = {"Type": "Succeed"}
    states["Tell"] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {
            "TopicArn": topic,
            "Subject": f"{flow.name}: a job of its flow failed"[:100],
            "Message.$": "States.Format('How the jobs of the flow ended: {}', States.JsonToString($))",
        },
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
        "Next": "Failed",
    }
    cause = "a job of the flow failed; those that wait for it were left out"
    states["Failed"] = {"Type": "Fail", "Error": "FlowFailed", "Cause": cause}
    return {"Comment": f"Makes {flow.name} and what follows it", "StartAt": "Begin", "States": {**_begin(), **states}}


def _begin() -> dict[str, State]:
    """What started it is none of its business: the states are kept in an object of their own."""
    return {"Begin": {"Type": "Pass", "Result": {}, "Next": "Level 1"}}


def _levels(flow: Flow) -> list[list[str]]:
    """The products of the flow, each in the level behind the last of those that it waits for."""
    depth = dict.fromkeys(flow.heads, 0)
    for step in flow.steps:  # each comes after those that it waits for
        depth[step.product] = 1 + max(depth[one] for one in step.after)
    return [[one for one in sorted(depth) if depth[one] == number] for number in range(max(depth.values()) + 1)]


def _branch(product: str, job: GlueJob, step: Step | None, at: Mapping[str, int]) -> dict[str, Any]:
    """One product: whether it runs, its run, and how that ended, as `{"state": …}`."""
    states: dict[str, State] = {}
    begin = f"Run {product}"
    if step is not None:
        begin = f"May {product} run"
        asked = [_any([_equals(at, one, state) for state in step.states]) for one in step.after]
        joined = _all(asked) if step.when == "all" else _any(asked)
        choice = {**joined, "Next": f"Run {product}"}
        states[begin] = {"Type": "Choice", "Choices": [choice], "Default": f"Leave out {product}"}
        states[f"Leave out {product}"] = _ended("LEFT_OUT")
    for attempt in range(job.settings.retries + 1):
        again = f", attempt {attempt + 1}" if attempt else ""
        after = f"Run {product}, attempt {attempt + 2}" if attempt < job.settings.retries else f"{product} FAILED"
        states[f"Run {product}{again}"] = _run(job.name, f"How did {product} end{again}")
        states[f"How did {product} end{again}"] = {"Type": "Choice", "Choices": _told(product), "Default": after}
    for state in BAD:
        states[f"{product} {state}"] = _ended(state)
    return {"StartAt": begin, "States": states}


def _run(job: str, judged: str) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": job},
        "ResultSelector": {"state.$": "$.JobRunState"},
        "Retry": [
            {
                "ErrorEquals": BUSY,
                "IntervalSeconds": 30,
                "BackoffRate": 2.0,
                "MaxDelaySeconds": 600,
                "MaxAttempts": 10,
                "JitterStrategy": "FULL",
            }
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": judged}],
        "End": True,
    }


def _told(product: str) -> list[dict[str, str]]:
    """What is not tried again: a run that somebody has stopped, or that took as long as it may."""
    return [
        {"Variable": "$.failure.Cause", "StringMatches": f'*"JobRunState":"{state}"*', "Next": f"{product} {state}"}
        for state in ENDED
    ]


def _ended(state: str) -> State:
    return {"Type": "Pass", "Result": {"state": state}, "End": True}


def _equals(at: Mapping[str, int], product: str, state: str) -> dict[str, Any]:
    return {"Variable": f"$.level{at[product]}.{_key(product)}", "StringEquals": state}


def _all(rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"And": list(rules)} if len(rules) > 1 else dict(rules[0])


def _any(rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Or": list(rules)} if len(rules) > 1 else dict(rules[0])


def _key(product: str) -> str:
    return product.partition(".")[2]
