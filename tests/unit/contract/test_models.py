from __future__ import annotations

import pytest

from mesh_etl.contract.quality import CustomRule, LibraryRule, SqlRule, TextRule
from mesh_etl.contract.server import CustomServer, GlueServer, IcebergServer
from mesh_etl.errors import ConfigError

V30 = """
status: active
tenant: Example
dataProduct: orders
description: {purpose: To know what was ordered, limitations: null, usage: null}
schema:
  - name: orders
    physicalName: orders_v1
    physicalType: table
    dataGranularityDescription: one row per order
    authoritativeDefinitions: [{url: "https://example.org/orders", type: businessDefinition}]
    properties:
      - name: id
        businessName: order number
        logicalType: integer
        primaryKey: true
        primaryKeyPosition: 1
        logicalTypeOptions: {minimum: 0, exclusiveMinimum: true, format: i64}
        criticalDataElement: true
      - name: ordered
        logicalType: date
        physicalType: timestamp
        transformSourceObjects: [raw.orders]
        transformLogic: cast(o as timestamp)
        transformDescription: typed
        examples: [2024-01-31T09:30:00Z, 7, null]
        quality:
          - {rule: nullCheck, description: never missing}
    quality:
      - rule: rowCount
        mustBeGreaterOrEqualTo: 1
        type: library
        dimension: completeness
        method: reconciliation
        severity: error
        businessImpact: operational
        schedule: 0 20 * * *
        scheduler: cron
price: {priceAmount: 9.95, priceCurrency: USD, priceUnit: megabyte}
team:
  - {username: owner, role: Owner, dateIn: 2022-08-02, dateOut: 2022-10-01, replacedByUsername: other}
roles: [{role: reader, access: read, firstLevelApprovers: lead, secondLevelApprovers: board}]
support: [{channel: help, url: "https://example.org/help", tool: email, scope: interactive}]
slaDefaultElement: orders.ordered
slaProperties: [{property: latency, value: 4, unit: d, element: orders.ordered, driver: regulatory}]
servers: [{server: prod, type: postgres, host: db, port: 5432, database: d, schema: s}]
tags: [orders]
customProperties: [{property: owner, value: {nested: [1, 2]}}]
contractCreatedTs: 2022-11-15T02:59:43+00:00
"""

V31 = """
name: orders
status: active
team:
  name: order desk
  members: [{username: owner, name: Owner, tags: [lead]}]
schema:
  - id: orders_tbl
    name: orders
    relationships:
      - {from: orders.parent, to: orders.id}
    properties:
      - {id: id_pk, name: id, logicalType: integer, unique: true, logicalTypeOptions: {exclusiveMinimum: 0}}
      - {name: parent, logicalType: integer, relationships: [{to: schema/orders_tbl/properties/id_pk}]}
      - {name: at, logicalType: timestamp, logicalTypeOptions: {timezone: true, defaultTimezone: Etc/UTC}}
      - {name: clock, logicalType: time, logicalTypeOptions: {minimum: "08:00:00"}}
    quality:
      - {id: some, metric: rowCount, mustBeBetween: [1, 10]}
      - {type: sql, query: "select count(*) from {object}", mustBeGreaterThan: 0}
      - {type: text, description: The desk has looked at it}
      - {type: custom, engine: soda, implementation: {checks: []}}
slaProperties: [{property: frequency, value: 1, valueExt: 2, unit: d, element: at, description: daily}]
servers:
  - {id: g, server: prod, type: glue, account: "123456789012", database: sales, location: "s3://b/", format: parquet}
  - {server: other, type: custom, stream: s, serviceName: n}
"""

V32 = """
context:
  instructions: Amounts are in euros.
  verifiedStatements: [{question: How much was sold?, answer: Sum the price}]
  constraints: [{constraint: Never join on names}]
schema:
  - name: orders
    context: plain words
    deprecated: true
    synonyms: [{synonym: purchases, locale: en-GB, source: desk, status: approved}]
    properties:
      - name: status
        logicalType: string
        enum: [{value: O, label: open, description: not yet shipped}, {value: F}]
      - name: labels
        logicalType: map
        map: {key: {logicalType: string}, value: {logicalType: array, items: {logicalType: number}}}
      - {name: total, logicalType: number, semanticType: measure, transformLogic: sum(price)}
      - {name: region, logicalType: string, semanticType: dimension, synonyms: [{synonym: area}]}
      - {name: meaning, logicalType: vector, logicalTypeOptions: {dimensions: 384, distanceMetric: cosine}}
      - name: address
        logicalType: object
        logicalTypeOptions: {minProperties: 1, required: [city]}
        properties: [{name: city, logicalType: string, deprecated: true}]
slaProperties:
  - {property: availability, value: 99.9, unit: "%", customProperties: [{property: alert, value: 1, vendor: pager}]}
servers:
  - {server: lake, type: iceberg, catalogUrl: "https://example.org", namespace: sales, warehouse: "s3://b/w"}
  - {server: db, type: hana, host: "${HOST}", port: "${PORT}"}
  - {server: files, type: s3, location: "s3://b/x", format: csv, encoding: ISO-8859-1}
  - {server: q, type: athena, schema: sales, workgroup: primary}
"""


@pytest.mark.parametrize("version", ["v3.0.0", "v3.0.1", "v3.0.2"])
def test_version_3_0_is_read(contract, version):
    read = contract(V30, version=version).odcs
    assert [member.username for member in read.members] == ["owner"]
    assert read.tables[0].quality[0].measure == "rowCount"
    assert read.tables[0].properties[0].logical_type_options.lower == (0, False)
    assert str(read.tables[0].properties[1].quality[0].comparison) == "= 0"
    assert read.custom("owner") == {"nested": [1, 2]}


def test_version_3_1_is_read(contract):
    read = contract(V31, version="v3.1.0").odcs
    assert [type(rule) for rule in read.tables[0].quality] == [LibraryRule, SqlRule, TextRule, CustomRule]
    assert [type(server) for server in read.servers] == [GlueServer, CustomServer]
    assert read.members[0].tags == ("lead",)
    assert read.tables[0].properties[0].logical_type_options.lower == (0, False)


def test_version_3_2_is_read(contract):
    read = contract(V32)
    assert [value.value for value in read.column("status").enum] == ["O", "F"]
    assert read.odcs.context.constraints[0].constraint == "Never join on names"
    assert isinstance(read.odcs.servers[0], IcebergServer)
    assert [field.name for field in read.schema] == ["status", "labels", "region", "meaning", "address"]


@pytest.mark.parametrize("version", ["v2.2.2", "v3.3.0", "3.1.0", "v4.0.0"])
def test_other_versions_are_refused(contract, version):
    with pytest.raises(ConfigError, match="apiVersion") as raised:
        contract(V31, version=version)
    assert raised.value.code == "NOT_ALLOWED"


@pytest.mark.parametrize(
    ("wrong", "path", "fix"),
    [
        ("nmae: x", "nmae", "did you mean 'name'?"),
        ("description: {purpos: x}", "description.purpos", "did you mean 'purpose'?"),
        ("price: {priceAmont: 1}", "price.priceAmont", "did you mean 'priceAmount'?"),
        ("team: {membrs: []}", "team.membrs", "did you mean 'members'?"),
        ("team: [{username: a, rol: b}]", "team[0].rol", "did you mean 'role'?"),
        ("roles: [{role: a, acces: b}]", "roles[0].acces", "did you mean 'access'?"),
        ("support: [{channel: a, uri: b}]", "support[0].uri", "did you mean 'url'?"),
        ("context: {instruction: a}", "context.instruction", "did you mean 'instructions'?"),
        ("slaProperties: [{property: a, value: 1, units: d}]", "slaProperties[0].units", "did you mean 'unit'?"),
        ("servers: [{server: a, type: s3, location: b, bucket: c}]", "servers[0].bucket", "known: "),
        ("customProperties: [{property: a, value: 1, vendr: c}]", "customProperties[0].vendr", "'vendor'"),
        ("schema: [{name: a, propertys: []}]", "schema[0].propertys", "did you mean 'properties'?"),
        ("schema: [{name: a, quality: [{metrik: b, mustBe: 0}]}]", "schema[0].quality[0].metrik", "'metric'"),
        ("schema: [{name: a, properties: [{name: b, uniqe: true}]}]", "schema[0].properties[0].uniqe", "'unique'"),
    ],
)  # fmt: skip
def test_unknown_keys_are_named_with_the_nearest_known_one(contract, wrong, path, fix):
    with pytest.raises(ConfigError) as raised:
        contract(wrong)
    found = [fault for fault in raised.value.faults if fault.code == "UNKNOWN_KEY"]
    assert [fault.problem.partition(":")[0] for fault in found] == [path]
    assert fix in found[0].fix
    assert found[0].where.startswith("contract.yaml:5:")


@pytest.mark.parametrize(
    "options",
    [
        "{name: a, logicalType: integer, logicalTypeOptions: {pattern: x}}",
        "{name: a, logicalType: string, logicalTypeOptions: {minimum: 1}}",
        "{name: a, logicalType: date, logicalTypeOptions: {multipleOf: 2}}",
        "{name: a, logicalType: array, items: {logicalType: string}, logicalTypeOptions: {maxLength: 2}}",
        "{name: a, logicalType: string, properties: []}",
        "{name: a, logicalType: object, items: {logicalType: string}, properties: [{name: b, logicalType: string}]}",
    ],
)
def test_what_belongs_to_another_logical_type_is_refused(faults, options):
    assert [fault.code for fault in faults(options)] == ["UNKNOWN_KEY"]


@pytest.mark.parametrize(
    ("property_", "code", "problem"),
    [
        ("{name: a, logicalType: strnig}", "UNKNOWN_TYPE", "unknown logicalType 'strnig'"),
        ("{name: a, physicalType: int, logicalTypeOptions: {minimum: 1}}", "OPTIONS_WITHOUT_TYPE", "logicalType"),
        ("{logicalType: string}", "MISSING_KEY", "schema[0].properties[0].name: is required"),
        ("{name: a, logicalType: map}", "MISSING_KEY", "properties[0].map: is required"),
        ("{name: a, logicalType: vector}", "MISSING_KEY", "logicalTypeOptions: is required"),
        ("{name: a, logicalType: string, required: 1}", "WRONG_TYPE", "expected true or false"),
        ("{name: a, logicalType: integer, logicalTypeOptions: {multipleOf: 0}}", "OUT_OF_BOUNDS", "greater than 0"),
        ("{name: a, logicalType: integer, logicalTypeOptions: {format: i31}}", "NOT_ALLOWED", "format"),
        ("{name: a, logicalType: string, enum: []}", "OUT_OF_BOUNDS", "must not be empty"),
        ("{name: a, logicalType: string, id: 'a b'}", "BAD_FORMAT", "pattern"),
    ],
)  # fmt: skip
def test_properties_say_what_is_wrong(faults, property_, code, problem):
    (fault,) = faults(property_)
    assert fault.code == code
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("{metric: nullValues}", "ONE_COMPARISON"),
        ("{rule: rowCount}", "ONE_COMPARISON"),
        ("{metric: nullValues, mustBe: 0, mustBeLessThan: 3}", "ONE_COMPARISON"),
        ("{metric: nullValues, mustBeLessThan: null}", "MISSING_VALUE"),
        ("{metric: nullValues, mustBeBetween: [1]}", "MISSING_KEY"),
        ("{metric: nullValues, mustBe: 0, dimension: beauty}", "NOT_ALLOWED"),
        ("{type: sql, mustBe: 0}", "MISSING_KEY"),
        ("{type: text, mustBe: 0}", "UNKNOWN_KEY"),
        ("{type: custom, engine: soda}", "MISSING_KEY"),
        ("{type: sqll, mustBe: 0}", "UNKNOWN_TYPE"),
    ],
)
def test_rules_say_what_is_wrong(faults, rule, code):
    found = faults(f"{{name: a, logicalType: string, quality: [{rule}]}}")
    assert [fault.code for fault in found] == [code]


@pytest.mark.parametrize(
    ("server", "path"),
    [
        ("type: glue, database: d", "account"),
        ("type: s3", "location"),
        ("type: athena", "schema"),
        ("type: local, path: p", "format"),
        ("type: trino, host: h, port: 1, catalog: c", "schema"),
        ("type: mysql, host: h, database: d", "port"),
    ],
)
def test_servers_need_their_keys(contract, server, path):
    with pytest.raises(ConfigError, match=rf"servers\[0\]\.{path}: is required"):
        contract(f"servers: [{{server: a, {server}}}]")


def test_a_port_that_is_no_variable_is_refused(contract):
    with pytest.raises(ConfigError, match=r"servers\[0\]\.port"):
        contract("servers: [{server: a, type: hana, host: h, port: 99999}]")
