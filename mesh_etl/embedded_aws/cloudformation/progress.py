"""An operation of a stack, one step further at a time, and back where a step fails.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.cloudformation import resources, rollback, stored
from mesh_etl.embedded_aws.cloudformation.rollback import WORDS
from mesh_etl.embedded_aws.cloudformation.schemas import name_of
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, STACK, state, tell

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.cloudformation.difference import Plan, Step
    from mesh_etl.embedded_aws.operations import Body, Call

NOT_ALL = "{} successful. One or more resources could not be deleted."


def begin(call: Call, stack: Body, kind: str, token: str, plan: Plan, fresh_goes: bool = False) -> None:
    """The stack is at work: CREATE, UPDATE or DELETE. With `fresh_goes` a rollback removes what is to be retained."""
    stored.once(stack, token)
    stack["operation"] = {
        "kind": kind, "todo": plan.steps, "cleanup": plan.cleanup, "templates": plan.templates, "done": [],
        "left": [], "back": False, "cleaning": False, "fresh": fresh_goes,
    }  # fmt: skip
    if kind == "UPDATE":
        stack["updated"] = call.now
    state(call, stack, f"{kind}_IN_PROGRESS", "User Initiated")


def resume(call: Call, stack: Body, token: str) -> None:
    """A rollback that had stopped goes on."""
    stored.once(stack, token)
    state(call, stack, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")


def further(call: Call, stack: Body) -> None:
    """The operation of the stack, where it has one, has gone on by a step."""
    operation = stack["operation"]
    if operation is None or not stored.busy(stack):
        return
    if operation["todo"]:
        step = operation["todo"].pop(0)
        home = stack if step["stack"] == stack["name"] else stored.found(call, step["stack"])
        try:
            _step(call, home, step, operation)
            operation["done"].append(step)
        except resources.Failed as failed:
            rollback.failed(call, stack, home, step, str(failed))
        stored.keep(call, home)
    elif operation["kind"] == "UPDATE" and not operation["cleaning"]:
        operation |= {
            "cleaning": True,
            "todo": rollback.unmade(call, operation) if operation["back"] else operation["cleanup"],
        }
        words = "UPDATE_ROLLBACK_COMPLETE" if operation["back"] else "UPDATE_COMPLETE"
        state(call, stack, f"{words}_CLEANUP_IN_PROGRESS")
    else:
        _end(call, stack, operation)
    if stack["status"] != "DELETE_COMPLETE":
        stored.keep(call, stack)


def _step(call: Call, home: Body, step: Step, operation: Body) -> None:
    if step["do"] in ("enter", "leave"):
        _nested(call, home, step, operation["back"])
    elif step["do"] == "remove":
        _remove(call, home, step, operation)
    else:
        _make(call, home, step, operation["back"])


def _nested(call: Call, home: Body, step: Step, back: bool) -> None:
    logical, word = step["logical"], step["word"]
    child = records.get(call, STACK, step["child"])
    body, ends = step["after"] or step["before"], step["do"] == "leave"
    status = f"{word}_{'COMPLETE' if ends else 'IN_PROGRESS'}"
    physical = child["id"] if child else step["physical"]
    if child and ends and word == "DELETE":
        stored.drop(call, child)
    elif child and word == "UPDATE":  # it cleans up when all others are done
        own = f"UPDATE_ROLLBACK{status.removeprefix('UPDATE')}" if back else status
        state(call, child, f"{own}_CLEANUP_IN_PROGRESS" if ends else own)
    elif child:
        state(call, child, status)
    if ends and word == "DELETE":
        home["resources"].pop(logical, None)
    else:
        home["resources"][logical] = {"physical": physical, "body": body, "status": status}
    tell(call, home, logical, NESTED, physical, status)


def _make(call: Call, home: Body, step: Step, back: bool) -> None:
    do, logical, body, physical = step["do"], step["logical"], step["after"], step["physical"]
    word = WORDS[do]
    tell(call, home, logical, body["Type"], "" if do == "add" else physical, f"{word}_IN_PROGRESS")
    if do == "replace" and name_of(body) and name_of(body) == name_of(step["before"]):
        words = "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        raise resources.Failed(f"{words}Rename {name_of(body)} and update the stack again.")
    if do == "change":
        resources.changed(call, home, logical, physical, body, back)
    elif do != "restore":
        physical = resources.made(call, home, logical, body)
    step["made"] = physical
    home["resources"][logical] = {"physical": physical, "body": body, "status": f"{word}_COMPLETE"}
    tell(call, home, logical, body["Type"], physical, f"{word}_COMPLETE")


def _remove(call: Call, home: Body, step: Step, operation: Body) -> None:
    """The resource is gone, or left where it is to be; in a rollback what was new goes either way, if that was said."""
    logical, physical, body = step["logical"], step["physical"], step["before"]
    policy = body.get("DeletionPolicy", "Delete")
    kept = policy != "Delete" and not (operation["back"] and (operation["fresh"] or policy == "RetainExceptOnCreate"))
    tell(call, home, logical, body["Type"], physical, "DELETE_IN_PROGRESS")
    if not kept:
        resources.gone(call, logical, physical, body["Type"], operation["back"])
    if home["resources"].get(logical, {}).get("physical") == physical:
        home["resources"].pop(logical)
    tell(call, home, logical, body["Type"], physical, "DELETE_SKIPPED" if kept else "DELETE_COMPLETE")


def _end(call: Call, stack: Body, operation: Body) -> None:
    kind, left, reason = operation["kind"], operation["left"], ""
    status = f"{kind}_COMPLETE"
    if operation["back"]:
        status = "ROLLBACK_COMPLETE" if kind == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
    if left and kind == "UPDATE":
        reason = NOT_ALL.format("Update rollback" if operation["back"] else "Update")
    elif left:
        status = "ROLLBACK_FAILED" if operation["back"] else "DELETE_FAILED"
        reason = f"The following resource(s) failed to delete: [{', '.join(left)}]. "
    for name, wanted in operation["templates"].items():
        one = stack if name == stack["name"] else records.get(call, STACK, name)
        if one is None:
            continue
        if one["status"] == stored.REVIEW:  # the operation has not come to it
            stored.drop(call, one)
            continue
        if not operation["back"]:
            one["template"] = wanted
        if one is not stack and stored.busy(one):
            state(call, one, "UPDATE_ROLLBACK_COMPLETE" if operation["back"] else "UPDATE_COMPLETE")
        stored.keep(call, one)
    stack["operation"] = None
    state(call, stack, status, reason)
    if status == "DELETE_COMPLETE":
        stored.drop(call, stack)
