from __future__ import annotations

import pytest

from mesh_etl.contract.lint import lint

TEXT = "{name: a, logicalType: string"
WHOLE = "{name: a, logicalType: integer"

COLUMNS = [
    (f"{TEXT}, logicalTypeOptions: {{minLength: 3, maxLength: 2}}}}", "IMPOSSIBLE_BOUNDS"),
    (f"{WHOLE}, logicalTypeOptions: {{minimum: 3, maximum: 2}}}}", "IMPOSSIBLE_BOUNDS"),
    (f"{WHOLE}, logicalTypeOptions: {{minimum: 3, exclusiveMaximum: 3}}}}", "IMPOSSIBLE_BOUNDS"),
    (f"{WHOLE}, logicalTypeOptions: {{minimum: 1, maximum: 4, multipleOf: 5}}}}", "IMPOSSIBLE_BOUNDS"),
    (f"{WHOLE}, logicalTypeOptions: {{minimum: 1, exclusiveMinimum: 1}}}}", "BOUND_STATED_TWICE"),
    (f"{WHOLE}, logicalTypeOptions: {{exclusiveMinimum: true}}}}", "BOUND_STATED_TWICE"),
    ("{name: a, logicalType: date, logicalTypeOptions: {minimum: 2024-02-01, maximum: 2024-01-01}}",
     "IMPOSSIBLE_BOUNDS"),
    ("{name: a, logicalType: date, logicalTypeOptions: {minimum: 31.01.2024}}", "BOUND_NOT_OF_TYPE"),
    ("{name: a, logicalType: date, logicalTypeOptions: {maximum: 2024-02-30}}", "BOUND_NOT_OF_TYPE"),
    ("{name: a, logicalType: timestamp, logicalTypeOptions: {maximum: soon}}", "BOUND_NOT_OF_TYPE"),
    ("{name: a, logicalType: time, logicalTypeOptions: {exclusiveMaximum: '25:00:00'}}", "BOUND_NOT_OF_TYPE"),
    ("{name: a, logicalType: array, items: {logicalType: string}, logicalTypeOptions: {minItems: 3, maxItems: 2}}",
     "IMPOSSIBLE_BOUNDS"),
    ("{name: a, logicalType: object, logicalTypeOptions: {required: [y]}, properties: [{name: x, physicalType: int}]}",
     "UNKNOWN_PROPERTY"),
    (f"{TEXT}, physicalType: varchar(5), logicalTypeOptions: {{maxLength: 6}}}}", "LENGTH_BEYOND_TYPE"),
    (f"{TEXT}, logicalTypeOptions: {{pattern: '[a'}}}}", "BAD_PATTERN"),
    (f"{TEXT}, logicalTypeOptions: {{pattern: 'a(?=b)'}}}}", "BAD_PATTERN"),
    (f"{TEXT}, enum: [{{value: 1}}]}}", "VALUE_NOT_OF_TYPE"),
    (f"{TEXT}, enum: [{{value: x}}, {{value: x}}]}}", "DUPLICATE_VALUE"),
    (f"{WHOLE}, enum: [{{value: true}}]}}", "VALUE_NOT_OF_TYPE"),
    ("{name: a, physicalType: int, enum: [{value: x}]}", "VALUE_NOT_OF_TYPE"),
    ("{name: a, logicalType: date, enum: [{value: 2024-13-01}]}", "VALUE_NOT_OF_TYPE"),
    (f"{WHOLE}, primaryKey: true, primaryKeyPosition: 2}}", "PRIMARY_KEY_POSITION"),
    (f"{WHOLE}, primaryKeyPosition: 1}}", "PRIMARY_KEY_POSITION"),
    (f"{WHOLE}, partitioned: true, partitionKeyPosition: 0}}", "PARTITION_KEY_POSITION"),
    ("{name: a, logicalType: array, items: {logicalType: string, primaryKey: true}}", "KEY_INSIDE_COLUMN"),
    (f"{TEXT}, relationships: [{{to: orders.b}}]}}", "DANGLING_REFERENCE"),
    (f"{TEXT}, relationships: [{{to: customers.a}}]}}", "DANGLING_REFERENCE"),
    (f"{TEXT}, relationships: [{{to: schema/orders/properties/b}}]}}", "DANGLING_REFERENCE"),
    (f"{TEXT}, relationships: [{{to: orders}}]}}", "BAD_REFERENCE"),
    (f"{TEXT}, relationships: [{{to: servers/orders/properties/a}}]}}", "BAD_REFERENCE"),
    (f"{TEXT}, relationships: [{{to: [orders.a]}}]}}", "RELATIONSHIP_SHAPE"),
]  # fmt: skip

RULES = [
    ("{metric: nulls, mustBe: 0}", "UNKNOWN_METRIC"),
    ("{rule: someday}", "UNKNOWN_METRIC"),
    ("{mustBe: 0}", "MISSING_KEY"),
    ("{metric: rowCount, mustBe: 1}", "METRIC_LEVEL"),
    ("{metric: missingValues, mustBe: 0}", "MISSING_ARGUMENT"),
    ("{metric: invalidValues, mustBe: 0}", "MISSING_ARGUMENT"),
    ("{metric: invalidValues, mustBe: 0, arguments: {validValue: [x]}}", "UNKNOWN_ARGUMENT"),
    ("{metric: nullValues, mustBe: 0, arguments: {pattern: x}}", "UNKNOWN_ARGUMENT"),
    ("{metric: invalidValues, mustBe: 0, arguments: {validValues: x}}", "BAD_ARGUMENT"),
    ("{metric: invalidValues, mustBe: 0, arguments: {validValues: [x, 1]}}", "VALUE_NOT_OF_TYPE"),
    (r"{metric: invalidValues, mustBe: 0, arguments: {pattern: '(a)\1'}}", "BAD_PATTERN"),
    ("{metric: nullValues, mustBe: none}", "COMPARISON_TYPE"),
    ("{metric: nullValues, mustBe: 0, unit: bytes}", "UNKNOWN_UNIT"),
    ("{metric: nullValues, mustBeLessThan: 101, unit: percent}", "IMPOSSIBLE_BOUNDS"),
    ("{metric: nullValues, mustBe: -1}", "IMPOSSIBLE_BOUNDS"),
    ("{metric: nullValues, mustBeBetween: [5, 2]}", "IMPOSSIBLE_BOUNDS"),
    ("{type: sql, query: 'selec 1 frm', mustBe: 0}", "BAD_QUERY"),
    ('{type: sql, query: "select \'open", mustBe: 0}', "BAD_QUERY"),
    ("{type: sql, query: 'drop table {object}', mustBe: 0}", "NOT_A_QUERY"),
    ("{type: sql, query: 'select 1; select 2', mustBe: 0}", "NOT_A_QUERY"),
    ("{type: sql, query: 'select count(*) from {objct}', mustBe: 0}", "UNKNOWN_PLACEHOLDER"),
]

TABLE_RULES = [
    ("{metric: nullValues, mustBe: 0}", "METRIC_LEVEL"),
    ("{metric: duplicateValues, mustBe: 0}", "MISSING_ARGUMENT"),
    ("{metric: duplicateValues, mustBe: 0, arguments: {properties: [b]}}", "UNKNOWN_PROPERTY"),
    ("{metric: rowCount, mustBeGreaterThan: 5, unit: percent}", "UNKNOWN_UNIT"),
    ("{type: sql, query: 'select count({property}) from {object}', mustBe: 0}", "UNKNOWN_PLACEHOLDER"),
]


@pytest.mark.parametrize(("property_", "code"), COLUMNS)
def test_columns(faults, property_, code):
    (fault,) = faults(property_)
    assert fault.code == code
    assert fault.where.startswith("contract.yaml:8:")


@pytest.mark.parametrize(("rule", "code"), RULES)
def test_rules_of_columns(faults, rule, code):
    assert [fault.code for fault in faults(f"{TEXT}, quality: [{rule}]}}")] == [code]


@pytest.mark.parametrize(("rule", "code"), TABLE_RULES)
def test_rules_of_tables(faults, rule, code):
    assert [fault.code for fault in faults(f"{TEXT}}}", table=f"quality: [{rule}]")] == [code]


def test_a_pattern_contradicts_a_number(faults):
    rule = "{metric: invalidValues, mustBe: 0, arguments: {pattern: x}}"
    assert [fault.code for fault in faults(f"{WHOLE}, quality: [{rule}]}}")] == ["RULE_CONTRADICTS_TYPE"]


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("slaProperties: [{property: latency, value: 1, element: b}]", "UNKNOWN_ELEMENT"),
        ("slaProperties: [{property: latency, value: 1, element: 'orders.a, orders.b'}]", "UNKNOWN_ELEMENT"),
        ("slaDefaultElement: orders.b", "UNKNOWN_ELEMENT"),
        ("servers: [{server: x, type: pubsub, project: p}, {server: x, type: api, location: l}]", "DUPLICATE_NAME"),
    ],
)
def test_what_stands_around_the_table(faults, rest, code):
    assert [fault.code for fault in faults(f"{TEXT}}}", rest=rest)] == [code]


@pytest.mark.parametrize(
    ("relation", "codes"),
    [
        ("{from: orders.a, to: orders.a}", []),
        ("{from: [orders.a, orders.b], to: ['x.yaml#/schema/t/properties/a', 'x.yaml#/schema/t/properties/b']}", []),
        ("{from: orders.a, to: [orders.a]}", ["RELATIONSHIP_SHAPE"]),
        ("{from: [orders.a, orders.b], to: [orders.a]}", ["RELATIONSHIP_SHAPE"]),
        ("{from: orders.c, to: orders.a}", ["DANGLING_REFERENCE"]),
    ],
)
def test_relationships_of_tables(one_column, faults, relation, codes):
    columns, table = (f"{TEXT}}}", "{name: b, logicalType: string}"), f"relationships: [{relation}]"
    if codes:
        assert [fault.code for fault in faults(*columns, table=table)] == codes
    else:
        one_column(*columns, table=table)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (("{name: a, logicalType: string}", "{name: a, logicalType: date}"), "DUPLICATE_NAME"),
        (("{name: a, logicalType: string}", "{name: b, physicalName: a, logicalType: date}"), "DUPLICATE_NAME"),
        (("{name: a, id: x, logicalType: string}", "{name: b, id: x, logicalType: date}"), "DUPLICATE_ID"),
        (("{name: a, logicalType: object, properties: [{name: x, logicalType: date}, {name: x, logicalType: date}]}",),
         "DUPLICATE_NAME"),
        (("{name: a, logicalType: string, quality: [{id: r, type: text}, {id: r, type: text}]}",), "DUPLICATE_ID"),
        (("{name: a, logicalType: string, primaryKey: true, primaryKeyPosition: 1}",
          "{name: b, logicalType: string, primaryKey: true, primaryKeyPosition: 1}"), "PRIMARY_KEY_POSITION"),
        (("{name: a, logicalType: string, primaryKey: true, primaryKeyPosition: 1}",
          "{name: b, logicalType: string, primaryKey: true}"), "PRIMARY_KEY_POSITION"),
    ],
)  # fmt: skip
def test_names_and_positions_stand_once(faults, columns, code):
    assert [fault.code for fault in faults(*columns)] == [code]


def test_a_sound_contract_has_no_faults(one_column):
    sound = one_column(
        "{name: id, logicalType: integer, unique: true, logicalTypeOptions: {minimum: 1, maximum: 9, multipleOf: 3}}",
        r"{name: code, logicalType: string, logicalTypeOptions: {pattern: '^[A-Z]{2}\d+$', maxLength: 3}}",
        "{name: day, logicalType: date, logicalTypeOptions: {minimum: 2020-01-01, exclusiveMaximum: 2100-01-01}}",
        "{name: unit, logicalType: string, quality: [{rule: validValues, validValues: [kg, g], mustBeLessThan: 5}]}",
        "{name: rate, logicalType: number, enum: [{value: 1}, {value: 0.5}], quality: [{type: sql, "
        "query: 'select count(*) from ${table} where ${column} > 1', mustBe: 0}]}",
        table="quality: [{metric: duplicateValues, arguments: {properties: [id, code]}, mustBe: 0}]",
        rest="slaProperties: [{property: retention, value: 3, unit: y, element: orders.day}]",
    )
    assert lint(sound.odcs, sound.document) == ()


def test_no_message_repeats_a_value(faults):
    rule = "{metric: invalidValues, mustBe: hunter2, arguments: {validValues: [hunter2]}}"
    found = faults(f"{WHOLE}, enum: [{{value: hunter2}}], quality: [{rule}]}}")
    assert len(found) == 3
    assert "hunter2" not in "".join(map(str, found))
