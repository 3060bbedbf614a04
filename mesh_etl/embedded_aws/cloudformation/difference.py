"""From what a stack has to what a template says: the changes of a change set, and the steps of an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.cloudformation.resources import replaces
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, STACK, template

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body, Call

Step = dict[str, Any]  # do: add, change, replace, remove; stack, logical, before, after


def changes(call: Call, stack: Body | None, resources: Body) -> list[Step]:
    """The changes of one stack by logical id, without those of the stacks nested in it."""
    there = stack["resources"] if stack else {}
    found: list[Step] = []
    for logical in _ordered(resources):
        before, after = there.get(logical, {}).get("body"), resources[logical]
        nested = after["Type"] == NESTED
        if before is None:
            found.append({"do": "add", "logical": logical, "before": None, "after": after})
        elif replaces(before, after) and not nested:
            found.append({"do": "replace", "logical": logical, "before": before, "after": after})
        elif before != after or (nested and _within(call, there[logical], after)):
            found.append({"do": "change", "logical": logical, "before": before, "after": after})
    for logical in reversed(list(there)):
        if logical not in resources:
            found.append({"do": "remove", "logical": logical, "before": there[logical]["body"], "after": None})
    return found


def steps(call: Call, name: str, stack: Body | None, resources: Body) -> list[Step]:
    """The steps in their order, those of nested stacks between the begin and the end of their own."""
    found: list[Step] = []
    for one in changes(call, stack, resources):
        logical = one["logical"]
        step = {**one, "stack": name}
        if (one["after"] or one["before"])["Type"] != NESTED:
            found.append(step)
            continue
        there = (stack or {"resources": {}})["resources"].get(logical)
        child = child_name(name, logical, there)
        nested = records.get(call, STACK, child)
        wanted = template(call, one["after"]["Properties"]) if one["after"] else {}
        found.append({**step, "do": f"begin-{one['do']}", "child": child})
        if wanted:
            found += steps(call, child, nested, wanted)
        elif nested:
            found += removal(call, nested)
        found.append({**step, "do": f"end-{one['do']}", "child": child})
    return found


def removal(call: Call, stack: Body) -> list[Step]:
    """The steps that remove all of a stack and of those nested in it, the last made first."""
    found: list[Step] = []
    for logical in reversed(list(stack["resources"])):
        there = stack["resources"][logical]
        step = {"do": "remove", "stack": stack["name"], "logical": logical, "before": there["body"], "after": None}
        if there["body"]["Type"] != NESTED:
            found.append(step)
            continue
        child = child_name(stack["name"], logical, there)
        nested = records.get(call, STACK, child)
        found.append({**step, "do": "begin-remove", "child": child})
        found += removal(call, nested) if nested else []
        found.append({**step, "do": "end-remove", "child": child})
    return found


def child_name(parent: str, logical: str, there: Body | None) -> str:
    """The name of a nested stack: that which it has, or the one that it will have."""
    return there["physical"].split("/")[1] if there and there["physical"] else f"{parent}-{logical}-1ABCDEFGHIJKL"


def _within(call: Call, there: Body, after: Body) -> bool:
    """Whether the template of a nested stack says something else than the stack has."""
    child = records.get(call, STACK, there["physical"].split("/")[1])
    wanted = template(call, after["Properties"])
    return child is None or bool(changes(call, child, wanted))


def _ordered(resources: Body) -> list[str]:
    """The logical ids, each after those that it depends on by DependsOn."""
    found: list[str] = []

    def add(logical: str) -> None:
        if logical in found:
            return
        after = resources[logical].get("DependsOn", [])
        for one in [after] if isinstance(after, str) else after:
            add(one)
        found.append(logical)

    for logical in resources:
        add(logical)
    return found
