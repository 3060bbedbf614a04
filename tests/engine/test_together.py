"""Runs that share the jobs of an engine fare as they would alone."""

from __future__ import annotations

import pytest

from mesh_etl.errors import RunError
from tests.engine.together import together


@pytest.fixture
def kernel(by_value):
    def work(item):
        if item == "fault":
            from mesh_etl.errors import Fault, RunError

            raise RunError(Fault("NOT_THIS_FORMAT", "it is something else", "a.csv"))
        if item == "disk":
            raise OSError(28, "No space left on device")
        if item == "bug":
            raise KeyError("a value")
        import os

        return {"item": item, "process": os.getpid()}

    return by_value(work)


def test_each_run_hears_of_its_own_items(engine, kernel):
    heard = []

    def run(own):
        first = own.map(kernel, ["a", "b"], heard.append)
        return [one["item"] for one in (*first, *own.map(kernel, ["c"]), *own.map(kernel, []))]

    runs = {"two": run, "none": lambda own: own.name, "one": lambda own: own.map(kernel, ["d"])[0]["item"]}
    assert together(engine, runs) == {"two": ["a", "b", "c"], "none": engine.name, "one": "d"}
    assert [one["item"] for one in heard] == ["a", "b"]


@pytest.mark.parametrize(
    ("item", "code"), [("fault", "NOT_THIS_FORMAT"), ("disk", "DISK_FULL"), ("bug", "ENGINE_FAILED")]
)
def test_a_failure_is_that_of_its_run_and_looks_as_it_does_alone(engine, kernel, item, code):
    runs = {"bad": lambda own: own.map(kernel, ["a", item]), "good": lambda own: own.map(kernel, ["a"])[0]["item"]}
    found = together(engine, runs)
    with pytest.raises(RunError) as alone:
        engine.map(kernel, ["a", item])
    assert (found["good"], found["bad"].code) == ("a", code)
    assert str(found["bad"]) == str(alone.value)


def test_the_work_is_done_in_the_workers_of_the_engine(engine, kernel):
    import os

    (found,) = together(engine, {"": lambda own: own.map(kernel, ["a"])}).values()
    assert (found[0]["process"] == os.getpid()) == (engine.name == "embedded")
