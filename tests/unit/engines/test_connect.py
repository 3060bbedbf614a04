"""The engine `connect` before there is a server: what it refuses, and what it does not say."""

from __future__ import annotations

import pytest

from mesh_etl.cli.options import engine_options
from mesh_etl.errors import RunError
from mesh_etl.run import engines
from mesh_etl.run.engines import failures
from mesh_etl.run.engines.connect import _require_version


def test_it_needs_a_server(monkeypatch):
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    with pytest.raises(RunError) as raised:
        engines.open("connect").session()
    assert "SPARK_REMOTE" in str(raised.value)
    assert raised.value.code == "ENGINE_OPTION"


def test_the_address_may_come_from_the_variable_and_a_token_of_it_is_never_told(monkeypatch):
    monkeypatch.setenv("SPARK_REMOTE", "sc://127.0.0.1:1/;use_ssl=false;x-aws-proxy-auth=s3cret")
    with pytest.raises(RunError) as raised:
        engines.open("connect").session()
    assert raised.value.code == "ENGINE_UNREACHABLE"
    assert "127.0.0.1:1" in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_a_server_that_does_not_answer_leaves_no_session_behind():
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    with pytest.raises(RunError, match="ENGINE_UNREACHABLE"):
        engines.open("connect", remote="sc://127.0.0.1:1").session()
    assert SparkSession.getActiveSession() is before


def test_another_spark_is_refused():
    import pyspark

    line = ".".join(pyspark.__version__.split(".")[:2])
    _require_version(f"{line}.99")
    with pytest.raises(RunError, match=r"3\.4\.1.*ENGINE_VERSION"):
        _require_version("3.4.1")


def test_a_server_that_has_forgotten_the_session_is_lost_and_worth_another_run():
    from pyspark.errors import PySparkException

    with pytest.raises(RunError) as raised, failures.translated():
        raise PySparkException("[INVALID_HANDLE.SESSION_CHANGED] The existing Spark server driver has restarted.")
    assert (raised.value.code, raised.value.retryable) == ("ENGINE_LOST", True)


@pytest.mark.parametrize(
    ("address", "option"),
    [
        ("", {}),
        ("sc://host:15002", {"remote": "sc://host:15002"}),
        ("spark://host:7077", {"master": "spark://host:7077"}),
        ("local[2]", {"master": "local[2]"}),
    ],
)
def test_one_option_says_where_an_engine_runs(address, option):
    assert engine_options(address) == option
