"""Drafts from schemas of other tools: the golden ones, and input that is wrong, endless or hostile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config.yaml import parse, read
from mesh_etl.contract.load import Contract, load, understand
from mesh_etl.errors import MeshError
from mesh_etl.exchange import json_document
from mesh_etl.exchange.drafting import Asked, Imported, stored_names
from mesh_etl.exchange.imports.avro import avro
from mesh_etl.exchange.imports.dbt import dbt, parsed
from mesh_etl.exchange.imports.glue import glue
from mesh_etl.exchange.imports.jsonschema import jsonschema
from mesh_etl.worlds.local import Laptop

GOLDEN = Path(__file__).resolve().parents[2] / "cases/exchange/imports"
READERS: dict[str, Callable[[Path], Imported]] = {
    "visits.avsc": lambda path: avro(path, Asked(owner="web-team")),
    "order.schema.json": lambda path: jsonschema(path, Asked(owner="web-team")),
    "schema.yml": lambda path: dbt(path, Asked(owner="web-team"), "orders"),
}


@pytest.mark.parametrize("name", READERS)
def test_golden(name: str) -> None:
    done = READERS[name](GOLDEN / name)
    assert done.text == (GOLDEN / f"{name}.want.yaml").read_text()
    load(GOLDEN / f"{name}.want.yaml")


@pytest.mark.parametrize("name", READERS)
def test_what_is_left_out_stands_in_the_report_with_its_place(name: str) -> None:
    lines = (GOLDEN / name).read_text().splitlines()
    unsaid = READERS[name](GOLDEN / name).unsaid
    assert unsaid
    for one in unsaid:
        line, column = map(int, one.where.rsplit(":", 2)[1:])
        assert column <= len(lines[line - 1])
        assert isinstance(one.loc[-1], int) or str(one.loc[-1]) in lines[line - 1], one


def draft(text: str, tmp_path: Path, reader: Callable[..., Imported]) -> tuple[Imported, Contract]:
    path = tmp_path / "given"
    path.write_text(text, encoding="utf-8")
    done = reader(path, Asked("a.rows"))
    return done, understand(parse(done.text, "draft.yaml"))


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        (avro, "", "JSON_SYNTAX"),
        (avro, "{'type': 'record'}", "JSON_SYNTAX"),
        (avro, '{"type": "record", "type": "enum"}', "DUPLICATE_KEY"),
        (avro, '{"type": "record", "name": "a", "fields": []}', "AVRO_SCHEMA"),
        (avro, '{"type": "record", "fields": [{"name": "a", "type": "int"}]}', "AVRO_SCHEMA"),
        (avro, '{"type": "record", "name": "a", "fields": [{"name": "a"}]}', "AVRO_SCHEMA"),
        (avro, '{"type": "record", "name": "a", "fields": [{"name": "a", "type": 5}]}', "AVRO_SCHEMA"),
        (avro, '["null"]', "AVRO_SCHEMA"),
        (jsonschema, "[" * 200 + "]" * 200, "TOO_DEEP"),
        (jsonschema, "true", "JSON_SCHEMA"),
        (jsonschema, '{"type": "object", "properties": {}}', "JSON_SCHEMA"),
        (jsonschema, '{"$ref": "#"}', "JSON_SCHEMA"),
        (jsonschema, '{"properties": {"a": {"type": "integer", "minimum": 5, "maximum": 1}}}', "IMPOSSIBLE_BOUNDS"),
        (dbt, "version: 2\n", "NO_MODEL"),
        (dbt, "models: [{name: a, columns: [{name: x}]}, {name: b}]\n", "SEVERAL_MODELS"),
        (dbt, "models: [{name: a}]\n", "NO_COLUMNS"),
        (dbt, "models: &x []\n", "YAML_ANCHOR"),
    ],
)  # fmt: skip
def test_wrong_input_is_an_error_with_a_code(reader: Any, text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as error:
        draft(text, tmp_path, reader)
    assert error.value.code == code


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(MeshError) as error:
        avro(Path("nowhere.avsc"), Asked())
    assert error.value.code == "FILE_MISSING"


def test_json_places_are_those_of_the_file() -> None:
    document = json_document.parse('{\n\t"a": [1, {"b\\u00e9": "\\ud83d\\ude00"}],\r\n  "c": -1.5e3 }', "x.json")
    assert document.data == {"a": [1, {"bé": "😀"}], "c": -1500.0}
    assert document.where(("a", 1, "bé"), key=True) == "x.json:2:12"
    assert document.where(("c",)) == "x.json:3:8"


def test_names_that_cannot_be_columns_get_one_in_storage() -> None:
    names = stored_names(["id", "Id", "ID ", "größe", "", "_mesh_x", "1st", "id_2"])
    assert names[0] == {"name": "id"}
    stored = [one.get("physicalName", one["name"]) for one in names]
    assert len(set(stored)) == len(stored)
    assert stored[3] == "grosse"
    assert names[5]["name"] == "_mesh_x"


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    hostile = "a: b # c\n- d\t\"'{{ }} 😀\u2028\x07 *x &y !z"
    schema = {"title": hostile, "properties": {hostile: {"type": "string", "description": hostile, "enum": [hostile]}}}
    _, contract = draft(json.dumps(schema), tmp_path, jsonschema)
    (column,) = contract.table.properties
    assert (contract.table.name, column.name, column.description) == (hostile, hostile, hostile)
    assert [one.value for one in column.enum or ()] == [hostile]


def test_references_in_a_circle_end(tmp_path: Path) -> None:
    schema = {
        "properties": {"a": {"$ref": "#/$defs/x"}, "b": {"$ref": "other.json#/x"}},
        "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}},
    }
    done, contract = draft(json.dumps(schema), tmp_path, jsonschema)
    assert [field.type.ddl() for field in contract.schema] == ["string", "string"]
    assert done.text.count("# decide the type") == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NUMBER(38,0)", "decimal(38,0)"), ("int64", "bigint"), ("VARCHAR(20)", "varchar(20)"), ("varchar", "string"),
        ("timestamp_ntz", "timestamp_ntz"), ("timestamp with time zone", "timestamp"), ("bytea", "binary"),
        ("numeric(10,2)", "decimal(10,2)"), ("double precision", "double"), ("array<int>", "array<int>"),
        ("variant", None), ("geography", None), ("", None),
    ],
)  # fmt: skip
def test_types_of_warehouses(text: str, kind: str | None) -> None:
    found = parsed(text)
    assert (found.glue() if kind != "timestamp_ntz" and found else found and found.ddl()) == kind


def test_glue_table(tmp_path: Path) -> None:
    client = Laptop(tmp_path, ".mesh").client("glue")
    client.create_database(DatabaseInput={"Name": "shop"})
    columns = [
        {"Name": "id", "Type": "bigint", "Comment": "The 'number'."},
        {"Name": "amount", "Type": "decimal(12,2)"},
        {"Name": "code", "Type": "char(3)"},
        {"Name": "either", "Type": "uniontype<int,string>"},
        {"Name": "lines", "Type": "array<struct<sku:string,price:double>>"},
    ]
    storage = {"Columns": columns, "Location": "s3://lake/shop/orders/", "InputFormat": "x", "OutputFormat": "y"}
    table = {
        "Name": "orders", "Description": "One row per order.", "StorageDescriptor": storage,
        "PartitionKeys": [{"Name": "day", "Type": "date"}, {"Name": "country", "Type": "string"}],
        "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "parquet", "owner_team": "web"},
    }  # fmt: skip
    client.create_table(DatabaseName="shop", TableInput=table)
    done = glue(client, "shop.orders", Asked())
    contract = understand(parse(done.text, "draft.yaml"))
    assert contract.id == "shop.orders"
    assert [field.type.glue() for field in contract.schema] == [
        "bigint", "decimal(12,2)", "varchar(3)", "string", "array<struct<sku:string,price:double>>", "date", "string",
    ]  # fmt: skip
    assert contract.partition_keys == ("day", "country")
    assert contract.column("id").description == "The 'number'."
    (server,) = contract.odcs.servers
    assert (server.type, server.location, server.format) == ("glue", "s3://lake/shop/orders/", "parquet")  # type: ignore[union-attr]
    told = {one.what for one in done.unsaid}
    assert {"Parameters.owner_team", "StorageDescriptor.Columns[3].Type", "StorageDescriptor.InputFormat"} <= told
    for name, code in (("shop.nothing", "TABLE_MISSING"), ("orders", "TABLE_NAME")):
        with pytest.raises(MeshError) as error:
            glue(client, name, Asked())
        assert error.value.code == code


def test_the_golden_drafts_say_what_their_sources_say() -> None:
    """A few facts by hand, so that a golden file that was written anew without a look does not pass."""
    visits = read(GOLDEN / "visits.avsc.want.yaml").data["schema"][0]["properties"]
    assert {"name": "sum", "logicalType": "number", "physicalType": "decimal(38,4)"} in visits
    orders = read(GOLDEN / "schema.yml.want.yaml").data["schema"][0]["properties"]
    assert [one["name"] for one in orders][-1] == "new_name"
    assert next(one for one in orders if one["name"] == "order_id")["primaryKey"]


JUNK = (None, 5, -1.5, True, "x", "", [], {}, ["x"], [None], {"x": 1}, [{}], [[1]])


@pytest.mark.parametrize("name", READERS)
def test_no_part_of_the_input_can_be_anything_that_ends_in_a_bug(name: str, tmp_path: Path) -> None:
    """Every part of the golden sources is replaced by junk, one after the other: a draft or a coded error."""
    source = read(GOLDEN / name).data if name.endswith(".yml") else json.loads((GOLDEN / name).read_text())
    path = tmp_path / name
    ends: dict[str, int] = {}
    for number, loc in enumerate(parts(source, ())):
        junk = JUNK[number % len(JUNK)]
        path.write_text(json.dumps(replaced(source, loc, junk)), encoding="utf-8")  # JSON is YAML as well
        try:
            end = "draft" if READERS[name](path) else ""
        except MeshError as error:
            end = error.code
        ends[end] = ends.get(end, 0) + 1
    assert ends["draft"] > 20


def parts(data: Any, loc: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [loc, *(below for key, one in inside for below in parts(one, (*loc, key)))]


def replaced(data: Any, loc: tuple[str | int, ...], junk: Any) -> Any:
    if not loc:
        return junk
    if isinstance(data, dict):
        return {key: replaced(one, loc[1:], junk) if key == loc[0] else one for key, one in data.items()}
    return [replaced(one, loc[1:], junk) if index == loc[0] else one for index, one in enumerate(data)]
