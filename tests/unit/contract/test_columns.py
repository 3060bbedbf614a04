from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.contract import types
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import Array, Decimal, Field, Map, Simple, Struct, Varchar


@pytest.mark.parametrize(
    ("property_", "spelling"),
    [
        ("logicalType: string", "string"),
        ("logicalType: string, logicalTypeOptions: {maxLength: 5}", "string"),
        ("logicalType: string, physicalType: VARCHAR(5)", "varchar(5)"),
        ("physicalType: 'decimal(12,2)'", "decimal(12,2)"),
        ("logicalType: number, physicalType: 'decimal(12,2)'", "decimal(12,2)"),
        ("logicalType: integer, physicalType: 'decimal(38,0)'", "decimal(38,0)"),
        ("logicalType: integer", "bigint"),
        ("logicalType: integer, logicalTypeOptions: {format: i32}", "int"),
        ("logicalType: integer, logicalTypeOptions: {format: i16}", "smallint"),
        ("logicalType: integer, logicalTypeOptions: {format: u64}", "decimal(20,0)"),
        ("logicalType: number", "double"),
        ("logicalType: number, logicalTypeOptions: {format: f32}", "float"),
        ("logicalType: boolean", "boolean"),
        ("logicalType: date", "date"),
        ("logicalType: timestamp", "timestamp"),
        ("logicalType: timestamp, logicalTypeOptions: {timezone: false}", "timestamp_ntz"),
        ("logicalType: time", "string"),
        ("logicalType: array, items: {logicalType: integer}", "array<bigint>"),
        ("logicalType: map, map: {key: {logicalType: string}, value: {logicalType: date}}", "map<string,date>"),
        ("logicalType: object, properties: [{name: x, logicalType: date}, {name: y, physicalType: int}]",
         "struct<x:date,y:int>"),
        ("logicalType: array, items: {logicalType: object, properties: [{name: x, logicalType: boolean}]}",
         "array<struct<x:boolean>>"),
        ("logicalType: vector, logicalTypeOptions: {dimensions: 3}", "array<float>"),
        ("logicalType: map, physicalType: 'MAP<STRING, STRUCT>', map: {key: {logicalType: string}, "
         "value: {logicalType: object, properties: [{name: x, logicalType: string}]}}", "map<string,struct<x:string>>"),
        ("logicalType: string, physicalType: NVARCHAR2(20 CHAR)", "string"),
        ("logicalType: array, physicalType: array<int>", "array<int>"),
        ("logicalType: array, physicalType: array<int>, items: {logicalType: integer}", "array<int>"),
    ],
)  # fmt: skip
def test_a_column_has_the_type_that_the_contract_tells(one_column, property_, spelling):
    (field,) = one_column(f"{{name: a, {property_}}}").schema
    assert spelled(field.type) == spelling


@pytest.mark.parametrize(
    ("property_", "code"),
    [
        ("logicalType: date, physicalType: bigint", "TYPE_CONTRADICTION"),
        ("logicalType: date, physicalType: timestamp", "TYPE_CONTRADICTION"),
        ("logicalType: integer, physicalType: 'decimal(12,2)'", "TYPE_CONTRADICTION"),
        ("logicalType: integer, physicalType: double", "TYPE_CONTRADICTION"),
        ("logicalType: boolean, physicalType: string", "TYPE_CONTRADICTION"),
        ("logicalType: array, physicalType: array<int>, items: {logicalType: string}", "TYPE_CONTRADICTION"),
        ("logicalType: array, physicalType: array<int>, items: {physicalType: bigint}", "TYPE_CONTRADICTION"),
        ("logicalType: object, physicalType: 'struct<a:int>', properties: [{name: b, logicalType: integer}]",
         "TYPE_CONTRADICTION"),
        ("logicalType: map, physicalType: 'map<int,int>', map: {key: {logicalType: date}, value: {physicalType: int}}",
         "TYPE_CONTRADICTION"),
        ("physicalType: NVARCHAR2", "UNKNOWN_TYPE"),
        ("description: nothing", "NO_TYPE"),
        ("logicalType: array", "NO_TYPE"),
        ("logicalType: object", "NO_TYPE"),
        ("logicalType: array, items: {description: nothing}", "NO_TYPE"),
    ],
)  # fmt: skip
def test_a_type_that_contradicts_itself_or_is_not_told_is_a_fault(faults, property_, code):
    (fault,) = faults(f"{{name: a, {property_}}}")
    assert fault.code == code
    assert fault.where.startswith("contract.yaml:8:")


def test_version_3_0_had_no_timestamps_and_called_them_dates(one_column):
    (field,) = one_column("{name: a, logicalType: date, physicalType: timestamp}", version="v3.0.2").schema
    assert field.type == Simple("timestamp")


@pytest.mark.parametrize("name", ["Order", "order-no", "1st", "ä", "_mesh_row", "a b"])
def test_names_that_a_catalogue_would_change_are_refused(faults, name):
    assert [fault.code for fault in faults(f"{{name: '{name}', logicalType: string}}")] == ["COLUMN_NAME"]


def test_names_inside_a_column_are_held_to_the_same_rule(faults):
    (fault,) = faults("{name: a, logicalType: object, properties: [{name: City, logicalType: string}]}")
    assert fault.code == "COLUMN_NAME"


_NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
_FLAT = st.one_of(
    st.sampled_from(sorted(types.SIMPLE)).map(Simple),
    st.integers(1, 38).flatmap(lambda p: st.integers(0, p).map(lambda s: Decimal(p, s))),
    st.integers(1, 65535).map(Varchar),
)
_TYPES = st.recursive(
    _FLAT,
    lambda inner: st.one_of(
        inner.map(Array),
        st.tuples(_FLAT, inner).map(lambda pair: Map(*pair)),
        st.lists(st.builds(Field, _NAMES, inner), min_size=1, max_size=3).map(lambda fields: Struct(tuple(fields))),
    ),
    max_leaves=6,
)


@given(_TYPES)
def test_every_type_survives_its_own_spelling(kind):
    assert types.parse(spelled(kind)) == kind


@given(_TYPES)
def test_the_spellings_for_engines_lose_only_what_engines_do_not_know(kind):
    spark, glue = types.parse(kind.ddl()), types.parse(kind.glue())
    assert spark.ddl() == kind.ddl()
    assert glue.glue() == kind.glue()
    assert glue.ddl().replace("timestamp_ntz", "timestamp") == kind.ddl().replace("timestamp_ntz", "timestamp")
