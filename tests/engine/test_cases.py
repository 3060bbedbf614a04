"""Runs every case of tests/cases on the engine that MESH_ENGINE names.

A case: `it` says what holds; `given` and `inputs` are frames; `apply` is the transform as a job states it; `want` is
the frame after it and the number of rows per fate, or `raises` the code and a part of the message.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from chispa.rows_comparer import assert_basic_rows_equality
from chispa.schema_comparer import assert_schema_equality
from pydantic import ValidationError
from ruamel.yaml import YAML

import mesh_etl.transforms  # noqa: F401  (registers the transforms)
from mesh_etl.errors import MeshError, PlanError
from mesh_etl.run.engines import translated
from mesh_etl.transforms.base import Context, transform
from mesh_etl.transforms.trace import FATE, ROW, ROW_TYPE, business, hidden

CASES = Path(__file__).parent.parent / "cases"
PLACE = "transforms[0]"


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            if "apply" in case:
                yield pytest.param(case, id=f"{path.stem}: {case['it']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_case(case, engine, monkeypatch):
    monkeypatch.syspath_prepend(str(CASES))
    if "raises" in case:
        code, _, text = case["raises"].partition(" ")
        kind = ValidationError if code == "CONFIG" else MeshError
        with pytest.raises(kind) as raised:
            _applied(case, engine)
        assert code == "CONFIG" or raised.value.code == code
        assert text in str(raised.value)
        return
    result, traced = _applied(case, engine)
    alive = result.where(f"{FATE} is null") if FATE in result.columns else result
    seen = alive.select(*(f"`{name}`" for name in business(result)))
    schema = case["want"].get("schema", case["given"]["schema"])
    wanted = _frame(engine, schema, case["want"]["rows"])
    assert_schema_equality(seen.schema, wanted.schema, ignore_nullable=True, ignore_metadata=True)
    assert_basic_rows_equality(sorted(seen.collect(), key=repr), sorted(wanted.collect(), key=repr))
    if traced:
        _check_accounting(case, result)


def _applied(case, engine):
    step = transform[case["apply"]["type"]].model_validate(case["apply"])
    session = engine.session()
    inputs = {name: _frame(engine, each["schema"], each["rows"]) for name, each in case.get("inputs", {}).items()}
    context = Context(session, inputs, case.get("secrets", {}).__getitem__, PLACE)
    given = _traced(engine, case["given"])
    if not step.is_traced():
        given = given.where(f"{FATE} is null").drop(ROW, FATE)
    with translated(PLACE, "TRANSFORM_FAILED", PlanError):
        result = step.apply(given, context)
        assert result.schema is not None
    return result, step.is_traced()


def _check_accounting(case, result):
    """Every row given is there exactly once, alive or with a fate, and a dead row holds no values."""
    assert hidden(result) == [ROW, FATE] if FATE in result.columns else hidden(result) == [ROW]
    rows = [row.asDict() for row in result.collect()]
    assert sorted(row[ROW]["record"] for row in rows) == list(range(len(case["given"]["rows"])))
    dead = [row for row in rows if row.get(FATE) is not None]
    assert Counter(row[FATE] for row in dead) == Counter(case["want"].get("fates", {}))
    for row in dead:
        assert {value for name, value in row.items() if name not in (ROW, FATE)} <= {None}


def _traced(engine, given):
    fates = given.get("fates", {})
    rows = [
        ([None] * len(row) if number in fates else list(row)) + [(0, number), fates.get(number)]
        for number, row in enumerate(given["rows"])
    ]
    return _frame(engine, f"{given['schema']}, {ROW} {ROW_TYPE}, {FATE} string", rows)


def _frame(engine, schema, rows):
    kinds = engine.session().createDataFrame([], schema).schema.fields
    typed = [tuple(_value(value, field.dataType) for value, field in zip(row, kinds, strict=True)) for row in rows]
    return engine.session().createDataFrame(typed, schema)


def _value(value, kind):
    name = kind.typeName()
    if value is None:
        return None
    if name == "array":
        return [_value(item, kind.elementType) for item in value]
    if name == "struct":
        items = value.values() if isinstance(value, dict) else value
        return tuple(_value(item, field.dataType) for item, field in zip(items, kind.fields, strict=True))
    if name == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if name == "timestamp":
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
    if name == "binary":
        return bytes.fromhex(value)
    return Decimal(str(value)) if name == "decimal" else value
