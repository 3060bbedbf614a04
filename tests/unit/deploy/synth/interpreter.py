"""Runs a state machine as far as ours go: the states that a flow is made of, with jobs whose ends a test decides."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Mapping
from typing import Any

Ends = Callable[[str], str]  # from the name of a job to the state in which its run ends


class Failed(Exception):
    """A task failed, as Step Functions says it: an error and a cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(error)
        self.error, self.cause = error, cause


def run(machine: Mapping[str, Any], ends: Ends, given: Any) -> tuple[str, Any]:
    """Whether the machine succeeded or failed, and what it had in the end."""
    try:
        return "SUCCEEDED", _walked(machine, ends, given)
    except Failed as failed:
        return failed.error, failed.cause


def _walked(machine: Mapping[str, Any], ends: Ends, data: Any) -> Any:
    name = machine["StartAt"]
    while True:
        state = machine["States"][name]
        kind = state["Type"]
        if kind == "Succeed":
            return data
        if kind == "Fail":
            raise Failed(state["Error"], state["Cause"])
        if kind == "Choice":
            name = next((one["Next"] for one in state["Choices"] if _holds(one, data)), state.get("Default"))
            assert name, "no choice holds"
            continue
        try:
            result = _result(state, ends, data)
        except Failed as failed:
            caught = next(one for one in state["Catch"] if one["ErrorEquals"] == ["States.ALL"])
            data = _put(data, caught.get("ResultPath", "$"), {"Error": failed.error, "Cause": failed.cause})
            name = caught["Next"]
            continue
        if "ResultSelector" in state:
            result = _made(state["ResultSelector"], result)
        data = _put(data, state.get("ResultPath", "$"), result)
        if state.get("End"):
            return data
        name = state["Next"]


def _result(state: Mapping[str, Any], ends: Ends, data: Any) -> Any:
    if state["Type"] == "Pass":
        return state["Result"] if "Result" in state else _made(state["Parameters"], data)
    if state["Type"] == "Parallel":
        return [_walked(branch, ends, json.loads(json.dumps(data))) for branch in state["Branches"]]
    assert state["Type"] == "Task"
    if "glue" not in state["Resource"]:
        return ends(f"{state['Parameters']['TopicArn']}: {json.dumps(data)}")
    ended = ends(state["Parameters"]["JobName"])
    if ended == "SUCCEEDED":
        return {"JobRunState": ended}
    said = {"ErrorMessage": "orders.csv: 3 of 4 rows [TOO_MANY_REJECTED]; x"} if ended == "REFUSED" else {}
    cause = {"JobRunState": "FAILED" if said else ended, **said} if ended.isupper() else "no such job"
    raise Failed("States.TaskFailed", json.dumps(cause, separators=(",", ":")))


def _made(paths: Mapping[str, str], data: Any) -> dict[str, Any]:
    return {key.removesuffix(".$"): _get(data, path) for key, path in paths.items()}


def _holds(rule: Mapping[str, Any], data: Any) -> bool:
    if "And" in rule:
        return all(_holds(one, data) for one in rule["And"])
    if "Or" in rule:
        return any(_holds(one, data) for one in rule["Or"])
    if "IsPresent" in rule:
        return _is_there(data, rule["Variable"]) == rule["IsPresent"]
    value = _get(data, rule["Variable"])
    if "StringEquals" in rule:
        return bool(value == rule["StringEquals"])
    return fnmatch.fnmatchcase(value, rule["StringMatches"].replace("[", "[[]"))


def _is_there(data: Any, path: str) -> bool:
    try:
        _get(data, path)
    except (KeyError, TypeError):
        return False
    return True


def _get(data: Any, path: str) -> Any:
    for part in path.removeprefix("$").replace("[", ".").replace("]", "").split("."):
        data = data if part == "" else data[int(part)] if part.isdigit() else data[part]
    return data


def _put(data: Any, path: str, result: Any) -> Any:
    return result if path == "$" else {**data, path.removeprefix("$."): result}
