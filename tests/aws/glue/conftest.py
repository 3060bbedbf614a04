"""Glue's Python library from PyPI on real Spark, with a stand-in for the Java classes that AWS alone has.

The stand-in is what `awsglue` calls by name in the JVM: `GlueContext`, `GlueLogger`, `Job`, `DynamicFrame`. It notes
calls and answers as AWS's documentation says; all else, Spark above all, is the real JVM. Whether AWS's classes do the
same only AWS can prove: docs/aws.md.
"""

from __future__ import annotations

import json
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.jvm import SHORT

pytest.importorskip("awsglue", reason="Glue's Python library is in the environments glue51 and glue60 alone")


class StandIn:
    """The JVM with Glue's classes in it; `calls` are those to `Job`, `refuses` are the ones that fail."""

    def __init__(self, jvm: Any) -> None:
        self._jvm = jvm
        self.calls: list[tuple[Any, ...]] = []
        self.refuses: set[str] = set()
        self.errors = 0
        self.types: dict[str, Any] = {}
        self.Job = SimpleNamespace(init=self._init, commit=lambda: self._note("commit"), isInitialized=lambda: True)
        self.DynamicFrame = SimpleNamespace(apply=self._frame)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jvm, name)

    def GlueContext(self, *_: Any) -> Any:
        return SimpleNamespace()

    def GlueLogger(self) -> Any:
        return SimpleNamespace()

    def _frame(self, jdf: Any, _: Any) -> Any:
        return SimpleNamespace(
            toDF=lambda _: jdf,
            errorsCount=lambda: self.errors,
            schema=lambda: SimpleNamespace(toString=lambda: json.dumps(self.types)),
        )

    def _init(self, name: str, session: Any, arguments: dict[str, Any]) -> None:
        self._note("init", name, arguments)

    def _note(self, what: str, *rest: Any) -> None:
        if what in self.refuses:
            raise TypeError("'JavaPackage' object is not callable")
        self.calls.append((what, *rest))


@pytest.fixture(scope="session")
def spark():
    """Spark without Glue's classes, as pip installs it."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else its workers are those of another environment
    os.environ.setdefault("SPARK_SUBMIT_OPTS", SHORT)
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2")
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def glue(spark, monkeypatch):
    """Spark in which Glue's classes are stood in for."""
    from pyspark.context import SparkContext

    standing = StandIn(SparkContext._jvm)
    monkeypatch.setattr(SparkContext, "_jvm", standing)
    monkeypatch.setattr(spark, "_jvm", standing)
    return standing
