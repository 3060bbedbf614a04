"""The types in which keys compare, and references taken apart."""

from __future__ import annotations

import pytest

from mesh_etl.contract.reference import Reference, parse
from mesh_etl.contract.types import parse as kind
from mesh_etl.plan.references import comparable


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("int", "int", "int"),
        ("int", "bigint", "bigint"),
        ("varchar(3)", "varchar(9)", "string"),
        ("string", "varchar(9)", "string"),
        ("decimal(5,1)", "decimal(10,3)", "decimal(10,3)"),
        ("decimal(9,1)", "decimal(6,3)", "decimal(11,3)"),
        ("bigint", "decimal(5,2)", "decimal(21,2)"),
        ("float", "double", "double"),
        ("string", "int", None),
        ("double", "decimal(5,2)", None),
        ("date", "timestamp", None),
        ("timestamp", "timestamp_ntz", None),
        ("decimal(38,0)", "decimal(10,5)", None),
    ],
)
def test_common_types(one, other, common):
    for pair in ((one, other), (other, one)):
        found = comparable(kind(pair[0]), kind(pair[1]))
        assert (found and found.ddl()) == common


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("orders.id", ("", "orders", ("id",))),
        ("#orders.id", ("", "orders", ("id",))),
        ("orders.who.id", ("", "orders", ("who", "id"))),
        ("/schema/orders/properties/id", ("", "orders", ("id",))),
        ("schema/orders/properties/who/properties/id", ("", "orders", ("who", "id"))),
        ("../c/contract.yaml#orders.id", ("../c/contract.yaml", "orders", ("id",))),
        ("https://x.example/a.yaml#/schema/o/properties/i", ("https://x.example/a.yaml", "o", ("i",))),
    ],
)
def test_references(text, parts):
    assert parse(text) == Reference(*parts)


@pytest.mark.parametrize(
    "text", ["orders", "a#orders", "schema/orders", "servers/o/properties/i", "schema/o/columns/i", "a.#b"]
)
def test_references_without_form(text):
    with pytest.raises(ValueError, match="the reference"):
        parse(text)
