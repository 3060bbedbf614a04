"""Which products start together, which follow, and what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_etl.config import Project
from mesh_etl.config.deployment.start import OnDemand, OnSchedule
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.synth.flow.flows import Flow, Published, flows
from mesh_etl.errors import ConfigError
from tests.unit.deploy.synth.meshes import mesh, stack_of

DAILY = "start: {type: schedule, at: cron(0 6 * * ? *)}"
HOURLY = "start: {type: schedule, at: cron(0 * * * ? *)}"
AFTER = "start: {type: after}"
UNREAD = "start: {type: after, products: [sales.a, crm.a]}"
ANY = "start: {type: after, when: any}"


def found(root: Path, products: dict[str, str], *, bus: bool = True) -> dict[str, Flow]:
    project = Project.open(mesh(root, products, bus=bus), "prod")
    return {one.name: one for one in flows(project, estate(project, "sales"))}


def codes(root: Path, products: dict[str, str], *, bus: bool = True) -> list[str]:
    with pytest.raises(ConfigError) as error:
        found(root, products, bus=bus)
    assert all(fault.where.startswith("configs/sales/") and ":" in fault.where for fault in error.value.faults)
    assert all(fault.fix for fault in error.value.faults)
    return [fault.code for fault in error.value.faults]


def test_a_product_that_only_people_start_needs_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, {"sales.a": ""}) == {}


def test_those_that_follow_are_in_the_flow_of_what_they_follow(tmp_path: Path) -> None:
    made = found(
        tmp_path, {"sales.a": DAILY, "sales.b": f"read: sales.a\n{AFTER}", "sales.c": f"read: sales.b\n{AFTER}"}
    )
    assert list(made) == ["sales.a"]
    assert made["sales.a"].heads == ("sales.a",)
    assert [(step.product, step.after) for step in made["sales.a"].steps] == [
        ("sales.b", ("sales.a",)),
        ("sales.c", ("sales.b",)),
    ]


def test_what_others_follow_can_be_started_with_them(tmp_path: Path) -> None:
    made = found(tmp_path, {"sales.a": "", "sales.b": f"read: sales.a\n{AFTER}"})
    assert isinstance(made["sales.a"].start, OnDemand)


def test_products_that_start_alike_start_as_one_where_another_waits_for_all(tmp_path: Path) -> None:
    made = found(tmp_path, {"sales.z": DAILY, "sales.a": DAILY, "sales.b": f"read: sales.z, sales.a\n{AFTER}"})
    assert list(made) == ["sales.a"]
    assert made["sales.a"].heads == ("sales.a", "sales.z")
    assert [step.after for step in made["sales.a"].steps] == [("sales.z", "sales.a")]


def test_products_that_start_alike_stay_apart_otherwise(tmp_path: Path) -> None:
    assert list(found(tmp_path, {"sales.a": DAILY, "sales.b": DAILY})) == ["sales.a", "sales.b"]


def test_any_of_products_that_start_apart_is_in_each_flow(tmp_path: Path) -> None:
    made = found(
        tmp_path,
        {
            "sales.a": DAILY,
            "sales.b": HOURLY,
            "sales.c": f"read: sales.a, sales.b\n{ANY}",
            "sales.d": f"read: sales.c\n{AFTER}",
        },
    )
    assert {name: [step.product for step in one.steps] for name, one in made.items()} == {
        "sales.a": ["sales.c", "sales.d"],
        "sales.b": ["sales.c", "sales.d"],
    }


def test_products_of_other_domains_start_by_what_they_tell(tmp_path: Path) -> None:
    products = {
        "crm.a": "",
        "sales.b": DAILY,
        "sales.c": f"read: sales.b, crm.a\n{ANY}",
        "sales.d": f"read: crm.a\n{AFTER}",
    }
    made = found(tmp_path, products)
    assert made["sales.c"].start == made["sales.d"].start == Published(("crm.a",))
    assert [step.product for step in made["sales.b"].steps] == ["sales.c"]
    assert isinstance(made["sales.b"].start, OnSchedule)


def test_all_of_products_of_several_domains_are_heard_of_and_asked_for(tmp_path: Path) -> None:
    products = {"crm.a": "", "sales.b": DAILY, "sales.c": f"read: sales.b, crm.a\n{AFTER}"}
    made = found(tmp_path, products | {"sales.d": f"read: sales.c\n{AFTER}", "sales.e": f"read: crm.a\n{AFTER}"})
    assert made["sales.c"].start == Published(("sales.b", "crm.a"), every=True)
    assert (made["sales.c"].arguments, made["sales.e"].arguments) == ({"--all-new": "sales.b,crm.a"}, {})
    assert [step.product for step in made["sales.c"].steps] == ["sales.d"]
    assert made["sales.b"].steps == ()


@pytest.mark.parametrize("orchestration", ["triggers", "step_functions"])
def test_the_first_job_of_a_flow_is_told_what_it_waits_for(tmp_path: Path, orchestration: str) -> None:
    products = {"crm.a": "", "sales.b": DAILY, "sales.c": f"read: sales.b, crm.a\n{AFTER}"}
    stack = stack_of(mesh(tmp_path, products, domains={"sales": f"orchestration: {orchestration}"}), "sales")
    text = json.dumps([one.body() for one in stack.templates]).replace("\\", "")
    assert text.count('"--all-new":') == (1 if orchestration == "triggers" else 2)  # a machine tries once more itself


@pytest.mark.parametrize(
    ("products", "code"),
    [
        ({"sales.a": f"read: sales.b\n{AFTER}", "sales.b": f"read: sales.a\n{AFTER}"}, "DEPENDENCY_CYCLE"),
        ({"sales.a": "start: {type: after, products: [sales.a]}"}, "DEPENDENCY_CYCLE"),
        ({"sales.a": AFTER}, "FOLLOWS_NOTHING"),
        ({"sales.a": "start: {type: after, products: [sales.b]}"}, "UNKNOWN_PRODUCT"),
        ({"sales.a": "stream: {}", "sales.b": f"read: sales.a\n{AFTER}"}, "FOLLOWS_A_STREAM"),
        ({"sales.a": "", "sales.b": f"read: sales.a\n{AFTER}\nstream: {{}}"}, "FOLLOWS_AS_STREAM"),
        ({"sales.a": DAILY, "sales.b": HOURLY, "sales.c": f"read: sales.a, sales.b\n{AFTER}"}, "STARTS_APART"),
        ({"crm.a": "", "sales.a": "", "sales.b": f"read: sales.a\n{UNREAD}"}, "FOLLOWS_ELSEWHERE"),
        (
            {"crm.a": "", "sales.a": f"read: sales.b, crm.a\n{AFTER}", "sales.b": f"read: sales.a\n{AFTER}"},
            "DEPENDENCY_CYCLE",
        ),
        ({"crm.a": "", "sales.b": "read: crm.a\nstart: {type: after, states: [FAILED]}"}, "FOLLOWS_ELSEWHERE"),
    ],
)
def test_what_cannot_start_is_told(tmp_path: Path, products: dict[str, str], code: str) -> None:
    assert codes(tmp_path, products) == [code]


def test_without_a_bus_nothing_is_heard_of_other_domains(tmp_path: Path) -> None:
    assert codes(tmp_path, {"crm.a": "", "sales.b": f"read: crm.a\n{AFTER}"}, bus=False) == ["NO_EVENT_BUS"]


def test_a_circle_names_its_products(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sales\.a after sales\.b after sales\.c after sales\.a"):
        found(
            tmp_path,
            {name: f"start: {{type: after, products: [sales.{after}]}}" for name, after in
             (("sales.a", "b"), ("sales.b", "c"), ("sales.c", "a"))},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("{type: schedule, at: rate(1 day)}", "SCHEDULE_RATE"),
        ("{type: schedule, at: cron(0 6 * * *)}", "SCHEDULE_FORMAT"),
        ("{type: schedule, at: cron(0 6 * * * *)}", "SCHEDULE_FORMAT"),
        ("{type: schedule, at: cron(* * * * ? *)}", "SCHEDULE_OFTEN"),
        ("{type: schedule, at: cron(0/2 * * * ? *)}", "SCHEDULE_OFTEN"),
    ],
)
def test_a_schedule_that_glue_does_not_take_is_told(tmp_path: Path, start: str, code: str) -> None:
    mesh(tmp_path, {"sales.a": f"start: {start}"})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == code
    assert error.value.faults[0].where.startswith("configs/sales/a/job.yaml:")


def test_a_chore_of_a_wrong_schedule_is_told_where_it_stands(tmp_path: Path) -> None:
    mesh(tmp_path, {"sales.a": ""}, domains={"sales": "maintain: {at: rate(1 day)}"})
    with pytest.raises(ConfigError) as error:
        stack_of(tmp_path, "sales")
    assert error.value.code == "SCHEDULE_RATE"
    assert error.value.faults[0].where.startswith("configs/mesh.yaml:")
