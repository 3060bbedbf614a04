"""An operation of a stack, one step further at a time, and back where a step fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.cloudformation import resources, stored
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, STACK, tell

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

OPPOSITE = {"add": "remove", "remove": "add", "change": "change", "replace": "replace"}
WORDS = {"add": "CREATE", "change": "UPDATE", "replace": "UPDATE", "remove": "DELETE"}


def begin(call: Call, stack: Body, kind: str, token: str, steps: list[Any], fresh_goes: bool = False) -> None:
    """The stack is at work: CREATE, UPDATE or DELETE. With `fresh_goes` a rollback removes what is to be retained."""
    stack["operation"] = {"kind": kind, "token": token, "todo": steps, "done": [], "back": False, "fresh": fresh_goes}
    stack["updated"] = call.now if kind != "CREATE" else None
    _state(call, stack, f"{kind}_IN_PROGRESS", "User Initiated")


def further(call: Call, stack: Body) -> None:
    """The operation of the stack, where it has one, has gone on by a step."""
    operation = stack["operation"]
    if operation is None or stack["status"] == "UPDATE_ROLLBACK_FAILED":
        return
    if not operation["todo"]:
        _end(call, stack, operation)
        return
    step = operation["todo"].pop(0)
    stored.keep(call, stack)  # the step may write the same stack
    home = stored.found(call, step["stack"]) if step["stack"] != stack["name"] else stack
    try:
        _step(call, stack, home, step, operation)
        operation["done"].append(step)
    except resources.Failed as failed:
        _failed(call, stack, home, step, operation, str(failed))
    if home is not stack and records.get(call, STACK, home["name"]):
        stored.keep(call, home)
    stored.keep(call, stack)


def _step(call: Call, root: Body, home: Body, step: Body, operation: Body) -> None:
    do, logical, token, back = step["do"], step["logical"], operation["token"], operation["back"]
    there = home["resources"].get(logical)
    body = step["after"] or step["before"]
    kind, physical = body["Type"], (there or {}).get("physical", "")
    if do.startswith("begin-"):
        word = WORDS[do.removeprefix("begin-")]
        child = records.get(call, STACK, step["child"])
        if child is None:
            child = stored.new(call, step["child"], "", parent=home["id"], root=root["name"])
        home["resources"].setdefault(logical, {"physical": child["id"], "body": body, "status": ""})
        _state(call, child, f"{word}_IN_PROGRESS", token=token)
        stored.keep(call, child)
        tell(call, home, logical, kind, child["id"], f"{word}_IN_PROGRESS", token=token)
        return
    if do.startswith("end-"):
        word = WORDS[do.removeprefix("end-")]
        child = stored.found(call, step["child"])
        _state(call, child, f"{word}_COMPLETE", token=token)
        stored.keep(call, child)
        if word == "DELETE":
            stored.drop(call, child)
            home["resources"].pop(logical, None)
        else:
            home["resources"][logical] = {"physical": child["id"], "body": body, "status": f"{word}_COMPLETE"}
        tell(call, home, logical, kind, child["id"], f"{word}_COMPLETE", token=token)
        return
    word = WORDS[do]
    tell(call, home, logical, kind, physical, f"{word}_IN_PROGRESS", token=token)
    if do == "remove":
        kept = body.get("DeletionPolicy") == "Retain" and not (back and operation["fresh"])
        if not kept:
            resources.gone(call, logical, physical, kind, back)
        home["resources"].pop(logical)
        tell(call, home, logical, kind, physical, "DELETE_SKIPPED" if kept else "DELETE_COMPLETE", token=token)
        return
    if do == "change":
        resources.changed(call, logical, physical, body, back)
    else:
        if do == "replace" and body.get("UpdateReplacePolicy") != "Retain":
            resources.gone(call, logical, physical, kind, back)
        physical = resources.made(call, home["name"], logical, body, back)
    home["resources"][logical] = {"physical": physical, "body": body, "status": f"{word}_COMPLETE"}
    tell(call, home, logical, kind, physical, f"{word}_COMPLETE", token=token)


def _failed(call: Call, root: Body, home: Body, step: Body, operation: Body, reason: str) -> None:
    """The step has failed: the operation goes back, or stops where it was going back, or leaves what cannot go."""
    body, token = step["after"] or step["before"], operation["token"]
    physical = home["resources"].get(step["logical"], {}).get("physical", "")
    word = "UPDATE" if operation["back"] else WORDS[step["do"]]
    tell(call, home, step["logical"], body["Type"], physical, f"{word}_FAILED", reason, token)
    if operation["kind"] == "DELETE":
        operation["left"] = [*operation.get("left", []), step["logical"]]
        operation["todo"] = [one for one in operation["todo"] if one.get("child") != home["name"]]
        return
    if home is not root:
        words = f"Embedded stack {home['id']} was not successfully {word.lower()}d: [{step['logical']}]."
        above = next(name for name, one in root["resources"].items() if one["physical"] == home["id"])
        tell(call, root, above, NESTED, home["id"], f"{word}_FAILED", words, token)
    if operation["back"]:
        operation["todo"].insert(0, step)
        words = f"The following resource(s) failed to update: [{step['logical']}]. "
        _state(call, root, "UPDATE_ROLLBACK_FAILED", words)
        return
    operation["back"] = True
    operation["todo"] = [_opposite(one) for one in reversed(operation["done"])]
    going = "ROLLBACK_IN_PROGRESS" if operation["kind"] == "CREATE" else "UPDATE_ROLLBACK_IN_PROGRESS"
    _state(call, root, going, f"The following resource(s) failed: [{step['logical']}]. Rollback requested by user.")


def _end(call: Call, stack: Body, operation: Body) -> None:
    kind = operation["kind"]
    if operation["back"]:
        status = "ROLLBACK_COMPLETE" if kind == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
    elif operation.get("left"):
        status = "DELETE_FAILED"
    else:
        status = f"{kind}_COMPLETE"
    reason = f"The following resource(s) failed to delete: {operation['left']}." if status == "DELETE_FAILED" else ""
    _state(call, stack, status, reason)
    stack["operation"] = None
    stored.keep(call, stack)
    if status == "DELETE_COMPLETE":
        stored.drop(call, stack)


def _opposite(step: Body) -> Body:
    phase, dash, what = step["do"].rpartition("-")
    phase = {"begin": "end", "end": "begin"}.get(phase, "")
    return {**step, "do": f"{phase}{dash}{OPPOSITE[what]}", "before": step["after"], "after": step["before"]}


def _state(call: Call, stack: Body, status: str, reason: str = "", token: str = "") -> None:
    token = token or (stack["operation"] or {}).get("token", "")
    stack["status"], stack["reason"] = status, reason
    tell(call, stack, stack["name"], NESTED, stack["id"], status, reason, token)
    stored.keep(call, stack)


def resume(call: Call, stack: Body) -> None:
    """A rollback that had stopped goes on."""
    _state(call, stack, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
