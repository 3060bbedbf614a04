"""How engines are chosen, and what is said when one cannot start; nothing is started here."""

from __future__ import annotations

import pytest

from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.run import engines
from mesh_etl.run.engines import faults, java


def test_an_unknown_engine_is_named_with_the_nearest():
    with pytest.raises(RunError, match=r"--engine: unknown engine 'sprak'; did you mean 'spark'\? \[UNKNOWN_ENGINE\]"):
        engines.open("sprak")


def test_an_option_that_an_engine_does_not_take():
    with pytest.raises(RunError, match="engine 'embedded' takes no option 'master'"):
        engines.open("embedded", master="local")


@pytest.mark.parametrize(("master", "cores"), [("local", 1), ("local[3]", 3), ("local[4,2]", 4), ("yarn", 8)])
def test_the_cores_of_a_master(master, cores):
    assert engines.open("spark", master=master).cores == cores


def test_a_missing_java_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError) as raised:
        java.require(4)
    assert raised.value.code == "JAVA_MISSING"
    assert "--engine embedded" in raised.value.faults[0].fix


@pytest.mark.parametrize(
    ("said", "spark", "accepted"),
    [("17.0.15", 4, True), ("21", 4, True), ("11.0.2", 4, False), ("1.8.0_402", 3, True), ("1.7.0", 3, False)],
)
def test_a_java_that_is_too_old(monkeypatch, tmp_path, said, spark, accepted):
    command = tmp_path / "bin" / "java"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\necho 'openjdk version \"{said}\" 2025-04-15' >&2\n")
    command.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if accepted:
        assert java.require(spark) >= 8
    else:
        with pytest.raises(RunError, match="JAVA_MISSING"):
            java.require(spark)


@pytest.mark.parametrize("retryable", [True, False])
def test_faults_travel_inside_any_text(retryable):
    sent = (Fault("ONE", "first ü", "a.csv:1", "do"), Fault("TWO", "second"))
    found = faults.unpack(f"Traceback ...\nCarrier: {faults.pack(sent, retryable)}\n at line 3")
    assert found is not None
    assert (found.faults, found.retryable) == (sent, retryable)
    assert faults.unpack("ValueError: no mark here") is None


@pytest.mark.parametrize("held", ["YWJj", "x", "W10=", "e30=", "eyJmYXVsdHMiOiBbMV19"])
def test_a_cell_that_looks_like_a_mark_is_no_fault(held):
    assert faults.unpack(f"Cast error: Cannot cast string 'mesh-fault<{held}>'") is None


def test_faults_raised_inside_keep_their_kind_outside_of_an_engine():
    with pytest.raises(PlanError), engines.translated("x"):
        raise PlanError(Fault("KEPT", "as it is"))


def test_a_connect_engine_needs_an_address():
    with pytest.raises(RunError, match="needs a remote"):
        engines.open("connect").session()


def test_glue_runs_in_glue_only():
    with pytest.raises(RunError, match="ENGINE_MISSING"):
        engines.open("glue").session()
