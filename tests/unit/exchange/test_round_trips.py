"""What a contract and a format can both say is the same after a trip through the format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import Contract, load, understand
from mesh_etl.contract.types import Array, DataType, Decimal, Field, Map, Simple, Struct, Varchar
from mesh_etl.contract.types import parse as parse_type
from mesh_etl.exchange import block_yaml
from mesh_etl.exchange.drafting import Asked, typed
from mesh_etl.exchange.exported import Wish, exported
from mesh_etl.exchange.exports import EXPORTS
from mesh_etl.exchange.imports.avro import avro
from mesh_etl.exchange.imports.dbt import dbt
from mesh_etl.exchange.imports.jsonschema import jsonschema

FULL = Path(__file__).resolve().parents[2] / "cases/exchange/full.yaml"
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
LEAVES = st.one_of(
    st.sampled_from(
        ["string", "boolean", "int", "bigint", "float", "double", "date", "timestamp", "timestamp_ntz", "binary"]
    ).map(Simple),
    st.integers(1, 38).flatmap(lambda p: st.integers(0, p).map(lambda s: Decimal(p, s))),
)


def types(leaves: st.SearchStrategy[DataType]) -> st.SearchStrategy[DataType]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(Array),
            inner.map(lambda value: Map(Simple("string"), value)),
            st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3, unique_by=lambda one: one[0]).map(
                lambda fields: Struct(tuple(Field(*one) for one in fields))
            ),
        ),
        max_leaves=6,
    )


def contract_of(kinds: list[tuple[str, DataType, bool]]) -> Contract:
    properties: list[dict[str, Any]] = [
        {"name": name, **typed(kind), **({"required": True} if needed else {})} for name, kind, needed in kinds
    ]
    table = {"name": "rows", "properties": properties}
    head = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "a.rows", "version": "1.0.0"}
    return understand(parse(block_yaml.text({**head, "schema": [table]}), "contract.yaml"))


def columns(leaves: st.SearchStrategy[DataType]) -> st.SearchStrategy[list[tuple[str, DataType, bool]]]:
    return st.lists(
        st.tuples(NAMES, types(leaves), st.booleans()), min_size=1, max_size=4, unique_by=lambda one: one[0]
    )


def there_and_back(contract: Contract, name: str, path: Path) -> Contract:
    path.write_text(exported(contract, name, EXPORTS[name], Wish()).text, encoding="utf-8")
    reader = {"avro": avro, "dbt": dbt, "jsonschema": jsonschema}[name]
    return understand(parse(reader(path, Asked("a.rows")).text, "draft.yaml"))


def required(contract: Contract) -> list[str]:
    return [f"{loc}" for loc, one in contract.table.walk() if one.required and "key" not in loc]


@SETTINGS
@given(columns(LEAVES))
def test_avro_keeps_types_at_every_depth(tmp_path: Path, kinds: list[tuple[str, DataType, bool]]) -> None:
    first = contract_of(kinds)
    again = there_and_back(first, "avro", tmp_path / "rows.avsc")
    assert again.schema == first.schema
    assert required(again) == required(first)


@SETTINGS
@given(
    columns(st.one_of(LEAVES, st.integers(1, 500).map(Varchar), st.sampled_from(["tinyint", "smallint"]).map(Simple)))
)
def test_dbt_keeps_types_at_every_depth(tmp_path: Path, kinds: list[tuple[str, DataType, bool]]) -> None:
    first = contract_of(kinds)
    again = there_and_back(first, "dbt", tmp_path / "schema.yml")
    assert again.schema == first.schema
    assert [one.required for one in again.columns] == [one.required for one in first.columns]


@SETTINGS
@given(
    columns(
        st.sampled_from(
            ["string", "boolean", "tinyint", "smallint", "int", "bigint", "double", "date", "timestamp", "binary"]
        ).map(Simple)
    )
)
def test_jsonschema_keeps_types_at_every_depth(tmp_path: Path, kinds: list[tuple[str, DataType, bool]]) -> None:
    first = contract_of(kinds)
    again = there_and_back(first, "jsonschema", tmp_path / "rows.json")
    assert again.schema == first.schema
    assert required(again) == required(first)


@SETTINGS
@given(columns(LEAVES))
def test_spark_ddl_spells_the_very_types(kinds: list[tuple[str, DataType, bool]]) -> None:
    import sqlglot

    contract = contract_of(kinds)
    text = exported(contract, "sql", EXPORTS["sql"], Wish(dialect="spark")).text
    (statement,) = sqlglot.parse(text, read="spark")
    told = {
        one.name: one.args["kind"] for one in statement.find_all(sqlglot.exp.ColumnDef) if one.parent is statement.this
    }
    for field in contract.schema:
        assert parse_type(told[field.name].sql("spark").replace("`", "").lower()) == field.type


def test_odcs_is_the_same_contract() -> None:
    text = exported(load(FULL), "odcs", EXPORTS["odcs"], Wish()).text
    assert understand(parse(text, "again.yaml")).odcs == load(FULL).odcs
    assert exported(understand(parse(text, "again.yaml")), "odcs", EXPORTS["odcs"], Wish()).text == text


@pytest.mark.parametrize("name", ["avro", "dbt", "jsonschema"])
def test_what_was_kept_is_exported_again_as_it_was(name: str, tmp_path: Path) -> None:
    again = there_and_back(load(FULL), name, tmp_path / "x")
    path = tmp_path / "y"
    path.write_text(exported(again, name, EXPORTS[name], Wish()).text)
    last = there_and_back(again, name, path)
    assert last.odcs == again.odcs


def test_avro_rules_and_notes_survive(tmp_path: Path) -> None:
    text = """
apiVersion: v3.2.0
kind: DataContract
id: a.rows
version: 1.0.0
schema:
  - name: rows
    description: Rows.
    properties:
      - {name: status, logicalType: string, required: true, enum: [{value: open}, {value: paid}], description: State.}
      - {name: key, logicalType: string, logicalTypeOptions: {format: uuid}}
"""
    again = there_and_back(understand(parse(text, "c.yaml")), "avro", tmp_path / "rows.avsc").odcs.tables[0]
    status, key = again.properties
    assert (again.description, status.description, status.required) == ("Rows.", "State.", True)
    assert [one.value for one in status.enum or ()] == ["open", "paid"]
    assert key.logical_type_options.format == "uuid"  # type: ignore[union-attr]


def test_fastavro_writes_rows_of_the_schema() -> None:
    import io

    import fastavro

    schema = fastavro.parse_schema(json.loads(exported(load(FULL), "avro", EXPORTS["avro"], Wish()).text))
    import datetime
    from decimal import Decimal as Number

    needed = {"order_id": 1, "customer_id": 2, "amount": Number("12.50"), "ordered_on": datetime.date(2024, 1, 1)}
    rest = {"lines": [{"sku": "a", "price": None}, None], "labels": {"a": "b"}, "kept": [{"a": 1, "b": Number("1.5")}]}
    stream = io.BytesIO()
    fastavro.writer(stream, schema, [needed, needed | rest], strict_allow_default=True)
    stream.seek(0)
    read = list(fastavro.reader(stream))
    assert read[1]["labels"] == {"a": "b"}
    assert read[0]["status"] is None


def test_jsonschema_accepts_and_refuses_rows() -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(exported(load(FULL), "jsonschema", EXPORTS["jsonschema"], Wish()).text)
    Draft202012Validator.check_schema(schema)
    good = {"order_id": 1, "customer_id": 2, "amount": 5, "ordered_on": "2024-01-01", "country": None, "status": "open"}
    check = Draft202012Validator(schema)
    assert check.is_valid(good)
    for key, bad in {
        "order_id": None,
        "amount": -1,
        "country": "XY",
        "status": "lost",
        "level": 9,
        "lines": [],
    }.items():
        assert not check.is_valid(good | {key: bad}), key


@SETTINGS
@given(
    st.lists(
        st.tuples(
            NAMES, st.recursive(types(LEAVES), lambda t: st.tuples(LEAVES, t).map(lambda kv: Map(*kv))), st.booleans()
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one[0],
    )
)
def test_every_format_takes_every_type(kinds: list[tuple[str, DataType, bool]]) -> None:
    contract = contract_of(kinds)
    for name, exporter in EXPORTS.items():
        for dialect in ("spark", "athena", "trino") if name == "sql" else ("spark",):
            done = exported(contract, name, exporter, Wish("s3://bucket/rows", dialect))
            assert done.text
    import fastavro

    fastavro.parse_schema(json.loads(exported(contract, "avro", EXPORTS["avro"], Wish()).text))


OLD = """
apiVersion: v3.0.2
kind: DataContract
id: a.rows
version: 1.0.0
status: active
team: [{username: ada, role: owner}]
schema:
  - name: rows
    properties:
      - name: n
        logicalType: number
        logicalTypeOptions: {minimum: 0, exclusiveMinimum: true, maximum: 10, exclusiveMaximum: false}
        quality: [{rule: nullCheck}, {rule: validValues, validValues: [1, 2]}]
      - {name: at, logicalType: date, physicalType: timestamp}
      - {name: dialect, logicalType: string, physicalType: NVARCHAR2(30)}
    quality: [{rule: rowCount, mustBeGreaterThan: 0}, {type: custom, engine: soda, implementation: "rows > 1"}]
"""


@pytest.mark.parametrize("name", EXPORTS)
def test_contracts_of_older_versions_say_the_same(name: str) -> None:
    contract = understand(parse(OLD, "old.yaml"))
    done = exported(contract, name, EXPORTS[name], Wish())
    want = {
        "jsonschema": ['"exclusiveMinimum": 0', '"maximum": 10', '"required": [\n    "n"'],
        "dqdl": ['IsComplete "n"', 'ColumnValues "n" > 0', 'ColumnValues "n" <= 10', "in [1, 2]", "RowCount > 0"],
        "dbt": ["min_value: 0, inclusive: false", "max_value: 10", "not_null", "accepted_values", "min_value: 1"],
        "markdown": ["nullValues = 0", "exclusiveMinimum true", "| ada | owner |"],
        "html": ["soda: rows &gt; 1"],
        "odcs": ["exclusiveMinimum: true"],
        "avro": ["timestamp-micros"],
        "sql": ["`at` timestamp"],
    }[name]
    for one in want:
        assert one in done.text
