"""From what a stack has to what a template says: the changes of one stack, and the steps of an operation on all.

An update makes and changes first, and removes at its end, when nothing can fail any more: what it replaces, and what
the template no longer has.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.cloudformation.schemas import bears_tags, replaces
from mesh_etl.embedded_aws.cloudformation.stored import NESTED, STACK, named
from mesh_etl.embedded_aws.cloudformation.templates import ordered, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesh_etl.embedded_aws.operations import Body, Call

# do: add, change, replace, remove, or enter and leave a nested stack, whose name is then `child`, to do `word`;
# stack: the name of the stack that has the resource, called `logical`; before, after: its body; physical: its name.
Step = dict[str, Any]


@dataclass
class Plan:
    """The steps of an update, those that clean up behind it, and the templates that the stacks then have, by name."""

    steps: list[Step] = field(default_factory=list)
    cleanup: list[Step] = field(default_factory=list)
    templates: dict[str, Body] = field(default_factory=dict)


def changes(call: Call, stack: Body, resources: Body, tagged: bool) -> list[Step]:
    """The changes of one stack, without those of the stacks nested in it; `tagged`: all get other tags."""
    there, found = stack["resources"], []
    for logical in ordered(resources):
        before, after = there.get(logical, {}).get("body"), resources[logical]
        what = _change(call, there.get(logical), after, tagged)
        if what:
            physical = there.get(logical, {}).get("physical", "")
            found.append(_step(what, stack, logical, before, after, physical))
    gone = [logical for logical in reversed(list(there)) if logical not in resources]
    return found + [_step("remove", stack, one, there[one]["body"], None, there[one]["physical"]) for one in gone]


def plan(call: Call, stack: Body, wanted: Body, children: Mapping[str, str], tagged: bool) -> Plan:
    """The steps that bring the stack, and those nested in it, to the template.

    `children` names the stacks that nested ones will be, by the name of the stack and the logical id in it.
    """
    found = Plan(templates={stack["name"]: wanted})
    for one in changes(call, stack, wanted["Resources"], tagged):
        nested = (one["after"] or one["before"])["Type"] == NESTED
        if nested and one["after"]:
            child = named(one["physical"]) if one["physical"] else children[f"{stack['name']}/{one['logical']}"]
            there = records.get(call, STACK, child)
            assert there is not None, "a nested stack is there from the change set on"
            within = plan(call, there, template(call, one["after"]["Properties"]), children, tagged)
            about = {**one, "child": child, "word": "CREATE" if one["do"] == "add" else "UPDATE"}
            found.steps += [{**about, "do": "enter"}, *within.steps, {**about, "do": "leave"}]
            found.cleanup += within.cleanup
            found.templates |= within.templates
        elif nested:
            found.cleanup += removed(call, one)
        elif one["do"] == "remove":
            found.cleanup.append(one)
        else:
            found.steps.append(one)
            if one["do"] == "replace":
                policy = one["before"].get("UpdateReplacePolicy", "Delete")
                body = {**one["before"], "DeletionPolicy": policy}
                found.cleanup.insert(0, {**one, "do": "remove", "before": body, "after": None})
    return found


def removal(call: Call, stack: Body) -> list[Step]:
    """The steps that remove all of a stack and of those nested in it, the last made first."""
    there, found = stack["resources"], []
    for logical in reversed(list(there)):
        found += removed(
            call, _step("remove", stack, logical, there[logical]["body"], None, there[logical]["physical"])
        )
    return found


def removed(call: Call, one: Step) -> list[Step]:
    """The steps of a removal: of a nested stack that of all in it."""
    if one["before"]["Type"] != NESTED:
        return [one]
    child = records.get(call, STACK, named(one["physical"]))
    about = {**one, "child": named(one["physical"]), "word": "DELETE"}
    return [{**about, "do": "enter"}, *(removal(call, child) if child else ()), {**about, "do": "leave"}]


def _change(call: Call, there: Body | None, after: Body, tagged: bool) -> str:
    if there is None:
        return "add"
    before = there["body"]
    if after["Type"] == NESTED == before["Type"]:
        return "change" if before != after or _within(call, there["physical"], after, tagged) else ""
    if replaces(before, after):
        return "replace"
    return "change" if before != after or (tagged and bears_tags(after)) else ""


def _within(call: Call, physical: str, after: Body, tagged: bool) -> bool:
    """Whether something changes in a nested stack; a template that cannot be read counts, and is refused later."""
    child = records.get(call, STACK, named(physical))
    try:
        wanted = template(call, after["Properties"])
    except Refusal:
        return True
    return child is None or bool(changes(call, child, wanted["Resources"], tagged))


def _step(do: str, stack: Body, logical: str, before: Any, after: Any, physical: str) -> Step:
    step = {"do": do, "stack": stack["name"], "logical": logical}
    return {**step, "before": before, "after": after, "physical": physical}
