from __future__ import annotations

import pytest

from mesh_etl.config.interpolate import Interpolation, settled_values
from mesh_etl.config.yaml import parse

VALUES = {"warehouse": "/data/w", "rows": 5, "share": 0.5, "loud": True}


def applied(text: str) -> tuple[object, list[str]]:
    document = parse(text, "job.yaml")
    interpolation = Interpolation(document, VALUES, "configs/env/local.yaml")
    data = interpolation.apply(document.data)
    return data, [str(fault) for fault in interpolation.faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${warehouse}/x", "/data/w/x"),
        ("${rows}", 5),
        ("${share}", 0.5),
        ("${loud}", True),
        ("a-${rows}-${loud}", "a-5-true"),
        ("$${rows}", "${rows}"),
        ("$$ 5", "$$ 5"),
        ("^a$", "^a$"),
    ],
)
def test_value(text: str, value: object) -> None:
    data, faults = applied(f"a: [{{b: '{text}'}}]")
    assert data == {"a": [{"b": value}]}
    assert type(data["a"][0]["b"]) is type(value)  # type: ignore[index]
    assert faults == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "${wharehouse}/x",
            "`${wharehouse}` is not defined; did you mean 'warehouse'? "
            "(searched configs/env/local.yaml) [UNDEFINED_NAME]",
        ),
        (
            "${zzz}",
            "`${zzz}` is not defined; known: loud, rows, share, warehouse "
            "(searched configs/env/local.yaml) [UNDEFINED_NAME]",
        ),
        (
            "${secret:env:KEY}",
            "a secret cannot be put into a string; "
            "keep it outside and refer to it: {secret: env:NAME} [SECRET_IN_CONFIG]",
        ),
        ("${rows", "a '${' is not closed; close it with '}', or write '$${' for the text [UNCLOSED_NAME]"),
        ("${a b}", "what stands in '${…}' is not a name; use letters, digits and '_' [UNDEFINED_NAME]"),
    ],
)
def test_message(text: str, message: str) -> None:
    assert applied(f"a:\n  b: '{text}'")[1] == [f"job.yaml:2:6: a.b: {message}"]


def test_every_place_is_told() -> None:
    assert len(applied("a: ${x} ${y}\nb: ['${x}']")[1]) == 3


def test_values_may_refer_to_each_other_in_any_order() -> None:
    values, faults = settled_values(parse("values: {a: '${b}/a', b: '${c}', c: 7, d: '$${c}'}", "env.yaml"))
    assert values == {"a": "7/a", "b": 7, "c": 7, "d": "${c}"}
    assert faults == []


def test_circle_of_values_is_told_once() -> None:
    _, faults = settled_values(parse("values:\n  a: ${b}\n  b: x${c}\n  c: ${a}\n", "env.yaml"))
    assert [str(fault) for fault in faults] == [
        "env.yaml:2:6: values.a: the value refers to itself: a → b → c → a; write one of them out [CIRCULAR_VALUE]"
    ]


def test_value_that_refers_to_nothing() -> None:
    _, faults = settled_values(parse("values: {home: '${hme}'}", "env.yaml"))
    assert [fault.fix for fault in faults] == ["did you mean 'home'? (searched env.yaml)"]
