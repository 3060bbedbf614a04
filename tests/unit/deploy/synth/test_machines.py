"""State machines run products in their order, leave out what waits for what failed, and say so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.deploy.synth.flow.states import going_on
from mesh_etl.errors import ConfigError
from tests.unit.deploy.synth.interpreter import run
from tests.unit.deploy.synth.meshes import mesh, resources, stack_of

DAILY = "start: {type: schedule, at: rate(1 day)}"
AFTER = "start: {type: after}"
MACHINES = "orchestration: step_functions"
PRODUCTS = {
    "sales.a": DAILY,
    "sales.b": DAILY,
    "sales.both": f"read: sales.a, sales.b\n{AFTER}",
    "sales.either": "read: sales.a, sales.b\nstart: {type: after, when: any}",
    "sales.last": f"read: sales.both\n{AFTER}",
    "sales.mourner": "read: sales.a\nstart: {type: after, states: [FAILED, TIMEOUT]}",
}


def machine(root: Path, products: dict[str, str]) -> dict[str, Any]:
    stack = stack_of(mesh(root, products, deployment="jobs: {retries: 0}", domains={"sales": MACHINES}), "sales")
    (found,) = [one for one in resources(stack).values() if one["Type"] == "AWS::StepFunctions::StateMachine"]
    definition: dict[str, Any] = json.loads(found["Properties"]["DefinitionString"])  # type: ignore[index]
    return definition


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return machine(tmp_path_factory.mktemp("machine"), PRODUCTS)


def ran(made: dict[str, Any], ends: dict[str, str], given: Any = None) -> tuple[str, list[str], list[str]]:
    """How the machine ended, which jobs it ran and what it told."""
    jobs: list[str] = []
    told: list[str] = []

    def end(what: str) -> str:
        if what.startswith("arn:aws:sns:"):
            told.append(what)
            return "told"
        jobs.append(called(what))
        return ends.get(jobs[-1], "SUCCEEDED")

    return run(made, end, given or {"whatever": "started it"})[0], jobs, told


def called(job: str) -> str:
    return job.removeprefix("shop-prod-sales--").removesuffix("-run")


def waits(machine: dict[str, Any], before: frozenset[str] = frozenset()) -> Iterator[tuple[str, set[str]]]:
    """Each job of the machine, with those that have ended before it may begin; states stand in their order."""
    for state in machine["States"].values():
        if "glue" in state.get("Resource", ""):
            yield called(state["Parameters"]["JobName"]), set(before)
        found = [one for branch in state.get("Branches", ()) for one in waits(branch, before)]
        yield from found
        before |= {name for name, _ in found}


def names(machine: dict[str, Any]) -> Iterator[str]:
    """The names of all states, where each state leads to one of its own branch."""
    for name, state in machine["States"].items():
        yield name
        following = [
            one["Next"] for one in (state, *state.get("Choices", ()), *state.get("Catch", ())) if "Next" in one
        ]
        assert {*following, state.get("Default", name)} <= machine["States"].keys()
        for branch in state.get("Branches", ()):
            yield from names(branch)


def test_all_goes_well(made: dict[str, Any]) -> None:
    assert ran(made, {}) == ("SUCCEEDED", ["a", "b", "both", "last", "either"], [])


def test_no_two_states_have_one_name_and_none_too_long_a_one(made: dict[str, Any], tmp_path: Path) -> None:
    long = {f"sales.{'long_' * 11}{end}": DAILY for end in ("a", "b")}
    long["sales.last"] = f"read: {', '.join(long)}\n{AFTER}"
    for one in (made, machine(tmp_path, long)):
        found = list(names(one))
        assert (len(found), max(map(len, found)) <= 80) == (len(set(found)), True)


def test_a_product_waits_for_those_before_it_and_for_nothing_beside_them(tmp_path: Path) -> None:
    after = "start: {type: after}"
    tree = {"sales.a": DAILY, "sales.b": f"read: sales.a\n{after}", "sales.c": f"read: sales.a\n{after}"}
    tree |= {f"sales.{one}{one}": f"read: sales.{one}\n{after}" for one in "bc"}
    tree |= {"sales.join": f"read: sales.bb, sales.b\n{after}", "sales.ccc": f"read: sales.cc\n{after}"}
    made = machine(tmp_path, tree)
    assert dict(waits(made)) == {
        "a": set(),
        "b": {"a"},
        "bb": {"a", "b"},
        "join": {"a", "b", "bb"},
        "c": {"a"},
        "cc": {"a", "c"},
        "ccc": {"a", "c", "cc"},
    }
    assert ran(made, {"b": "FAILED"})[1] == ["a", "b", "c", "cc", "ccc"]


@pytest.mark.parametrize(
    ("done", "ends", "ended", "jobs"),
    [
        (["sales.a", "sales.b"], {}, "SUCCEEDED", ["both", "last", "either"]),
        (["sales.a", "sales.b", "sales.both", "sales.either"], {}, "SUCCEEDED", ["last"]),
        (["sales.b", "sales.either"], {"a": "FAILED"}, "FlowFailed", ["a", "mourner"]),
        ([], {}, "SUCCEEDED", ["a", "b", "both", "last", "either"]),
    ],
)
def test_what_is_done_is_not_run_again(
    made: dict[str, Any], done: list[str], ends: dict[str, str], ended: str, jobs: list[str]
) -> None:
    assert ran(made, ends, going_on(done))[:2] == (ended, jobs)


@pytest.mark.parametrize(
    ("ends", "jobs"),
    [
        ({"a": "FAILED"}, ["a", "b", "either", "mourner"]),
        ({"a": "TIMEOUT"}, ["a", "b", "either", "mourner"]),
        ({"a": "STOPPED"}, ["a", "b", "either"]),
        ({"a": "unknown"}, ["a", "b", "either", "mourner"]),
        ({"a": "FAILED", "b": "FAILED"}, ["a", "b", "mourner"]),
        ({"both": "FAILED"}, ["a", "b", "both", "either"]),
    ],
)
def test_what_waits_for_what_failed_is_left_out(made: dict[str, Any], ends: dict[str, str], jobs: list[str]) -> None:
    ended, run_jobs, told = ran(made, ends)
    assert (ended, sorted(run_jobs)) == ("FlowFailed", sorted(jobs))
    assert len(told) == 1
    assert "arn:aws:sns:eu-west-1:222222222222:shop-prod-sales-alarms" in told[0]


def test_what_failed_is_tried_again_by_the_machine_alone(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": f"{DAILY}\nretries: 2", "sales.free": "retries: 2"}, domains={"sales": MACHINES})
    made = resources(stack_of(tmp_path, "sales"))
    jobs = {one["Properties"]["Name"]: one["Properties"] for one in made.values() if one["Type"] == "AWS::Glue::Job"}
    assert [jobs[f"shop-prod-sales--{one}-run"]["MaxRetries"] for one in ("a", "free")] == [0, 2]
    (text,) = [
        one["Properties"]["DefinitionString"] for one in made.values() if "DefinitionString" in one["Properties"]
    ]
    for ends, ended, runs in (
        (["FAILED", "FAILED", "SUCCEEDED"], "SUCCEEDED", 3),
        (["FAILED"] * 3, "FlowFailed", 3),
        (["STOPPED"], "FlowFailed", 1),
        (["FAILED", "TIMEOUT"], "FlowFailed", 2),
        (["REFUSED"], "FlowFailed", 1),
        (["FAILED", "REFUSED"], "FlowFailed", 2),
    ):
        left, ran_so_often = list(ends), []

        def end(what: str, left: list[str] = left, runs: list[str] = ran_so_often) -> str:
            if what.startswith("arn:aws:sns:"):
                return "told"
            runs.append(what)
            return left.pop(0)

        assert (run(json.loads(text), end, {})[0], len(ran_so_often)) == (ended, runs)


def test_a_batch_of_files_is_refused(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": "start: {type: files, batch: 5}"}, domains={"sales": MACHINES})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == "BATCH_OF_FILES"
