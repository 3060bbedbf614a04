"""What becomes of an operation when a step of it fails: it goes back, or leaves behind what it cannot remove.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.cloudformation import stored
from mesh_etl.embedded_aws.cloudformation.difference import removal, removed
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, state, tell

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.cloudformation.difference import Step
    from mesh_etl.embedded_aws.operations import Body, Call

WORDS = {"add": "CREATE", "change": "UPDATE", "replace": "UPDATE", "restore": "UPDATE", "remove": "DELETE"}


def failed(call: Call, root: Body, home: Body, step: Step, reason: str) -> None:
    """The step has failed: the operation goes back, or stops where it was going back, or leaves what cannot go."""
    operation, logical = root["operation"], step["logical"]
    body, word = step["after"] or step["before"], WORDS[step["do"]]
    tell(call, home, logical, body["Type"], step["physical"], f"{word}_FAILED", reason)
    if step["do"] == "remove":
        _left(call, root, home, step)
        return
    if not operation["back"]:
        _cancelled(call, home, operation)
    if home is not root:
        done = {"CREATE": "created", "UPDATE": "updated"}[word]
        words = f"Embedded stack {home['id']} was not successfully {done}: "
        words += f"The following resource(s) failed to {word.lower()}: [{logical}]. "
        state(call, home, f"{'UPDATE_ROLLBACK' if operation['back'] else word}_FAILED")
        above = next(name for name, one in root["resources"].items() if one["physical"] == home["id"])
        tell(call, root, above, NESTED, home["id"], f"{word}_FAILED", words)
    if operation["back"]:
        operation["todo"].insert(0, step)
        state(call, root, "UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{logical}]. ")
        return
    operation["back"] = True
    words = f"The following resource(s) failed to {word.lower()}: [{logical}]. Rollback requested by user."
    if operation["kind"] == "CREATE":
        operation["todo"] = removal(call, root)
        state(call, root, "ROLLBACK_IN_PROGRESS", words)
    else:
        operation["todo"] = [back for one in reversed(operation["done"]) for back in _undone(one)]
        state(call, root, "UPDATE_ROLLBACK_IN_PROGRESS", words)


def _left(call: Call, root: Body, home: Body, step: Step) -> None:
    """What cannot be removed stays in its stack, or, where an update cleans up, outside of any."""
    operation, logical = root["operation"], step["logical"]
    operation["left"].append(logical)
    there = home["resources"].get(logical)
    if operation["cleaning"]:
        if there and there["physical"] == step["physical"]:
            home["resources"].pop(logical)
        return
    if there:
        there["status"] = "DELETE_FAILED"
    if home is not root:
        state(call, home, "DELETE_FAILED", f"The following resource(s) failed to delete: [{logical}]. ")
        operation["todo"] = [one for one in operation["todo"] if one.get("child") != home["name"]]


def _cancelled(call: Call, home: Body, operation: Body) -> None:
    """What was under way beside the resource that failed is told as failed as well."""
    beside = next((one for one in operation["todo"] if one["stack"] == home["name"] and one["do"] == "add"), None)
    if beside:
        kind, words = beside["after"]["Type"], "Resource creation cancelled"
        tell(call, home, beside["logical"], kind, "", "CREATE_FAILED", words)


def _undone(step: Step) -> list[Step]:
    """What brings a step of an update back; what it has made goes at the end."""
    if step["do"] == "add" or step.get("word") == "CREATE":
        return []
    swapped = {**step, "before": step["after"], "after": step["before"]}
    if step["do"] == "replace":
        return [{**swapped, "do": "restore"}]
    return [{**swapped, "do": {"enter": "leave", "leave": "enter"}.get(step["do"], step["do"])}]


def unmade(call: Call, operation: Body) -> list[Step]:
    """The steps that remove what an update had made before it failed, now that the rest is as it was."""
    found = []
    for one in reversed(operation["done"]):
        if one["do"] in ("add", "replace") and "made" in one:
            found.append({**one, "do": "remove", "before": one["after"], "after": None, "physical": one["made"]})
    fresh = {one["child"]: one for one in operation["done"] if one["do"] == "enter" and one["word"] == "CREATE"}
    found = [one for one in found if one["stack"] not in fresh]
    for name, one in fresh.items():
        found += removed(
            call, {**one, "before": one["after"], "after": None, "physical": stored.found(call, name)["id"]}
        )
    return found
