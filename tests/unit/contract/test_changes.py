from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from mesh_etl.config.yaml import parse
from mesh_etl.contract.comparing import Side, compared
from mesh_etl.contract.diff import Summary, diff, summary
from mesh_etl.contract.load import load, understand

TODAY = datetime.date(2026, 6, 1)
TEXT = """\
apiVersion: v3.2.0
kind: DataContract
id: sales.orders
version: {version}
{top}
schema:
  - name: orders
    properties:
      - {{name: id, logicalType: integer, required: true}}
{columns}
{table}
"""


def contract(columns="", table="", top="", version="1.0.0"):
    lines = "\n".join(f"      - {line}" for line in columns.splitlines())
    return understand(parse(TEXT.format(columns=lines, table=table, top=top, version=version), "contract.yaml"))


def changes(old, new):
    return diff(summary(contract(**old)), summary(contract(**new)), TODAY)


def rules(*lines):
    return {"table": "\n".join(["    quality:", *(f"      - {{{line}}}" for line in lines)])}


COUNT = "name: enough, metric: rowCount, "


@pytest.mark.parametrize(
    ("old", "new", "kind", "text"),
    [
        ("mustBeGreaterThan: 10", "mustBeGreaterThan: 20", "additive", "tightened"),
        ("mustBeGreaterThan: 10", "mustBeGreaterThan: 5", "breaking", "loosened"),
        ("mustBeGreaterThan: 10", "mustBeGreaterOrEqualTo: 10", "breaking", "loosened"),
        ("mustBeGreaterOrEqualTo: 10", "mustBeGreaterThan: 10", "additive", "tightened"),
        ("mustBeGreaterThan: 10", "mustBeLessThan: 5", "breaking", "changed"),
        ("mustBeBetween: [1, 9]", "mustBeBetween: [2, 9]", "additive", "tightened"),
        ("mustBeBetween: [1, 9]", "mustBeBetween: [2, 10]", "breaking", "changed"),
        ("mustBeGreaterThan: 0", "mustBeBetween: [0, 9]", "additive", "tightened"),
        ("mustNotBeBetween: [1, 9]", "mustNotBeBetween: [2, 3]", "breaking", "loosened"),
        ("mustBe: 5", "mustBeLessOrEqualTo: 5", "breaking", "loosened"),
        ("mustNotBe: 5", "mustBe: 4", "additive", "tightened"),
        ("mustBe: 5, severity: error", "mustBe: 5, severity: warning", "breaking", "no longer enforced"),
        ("mustBe: 5, severity: info", "mustBe: 5", "additive", "enforced now"),
        ("mustBe: 5", "mustBe: 5, description: why", "cosmetic", "described"),
        ("mustBeLessThan: 5, severity: info", "mustBeLessThan: 9, severity: info", "cosmetic", "loosened"),
    ],
)
def test_a_threshold_that_moves(old, new, kind, text):
    (change,) = changes(rules(COUNT + old), rules(COUNT + new))
    assert (change.kind, change.path) == (kind, "table: enough")
    assert text in change.text


def test_the_ends_of_an_interval_count():
    switch = {"top": "customProperties: [{property: mustBeBetween, value: inclusive}]"}
    rule = rules(COUNT + "mustBeBetween: [1, 9]")
    found = [(one.kind, one.path) for one in changes(rule, rule | switch)]
    assert found == [("cosmetic", "contract"), ("breaking", "table: enough")]


def test_rules_come_and_go():
    one, other = f"{COUNT}mustBe: 5", "name: total, type: sql, query: 'select count(*) from {object}', mustBe: 1"
    assert [(c.kind, c.text) for c in changes(rules(one), rules(one, other))] == [("additive", "rule added")]
    assert [(c.kind, c.text) for c in changes(rules(one, other), rules(one))] == [("breaking", "rule removed")]
    assert [c.text for c in changes(rules(other), rules(other.replace("count(*)", "max(id)")))] == [
        "measures something else"
    ]


def test_a_rule_that_rejects_rows_may_not_hold_of_stored_ones():
    plain = "{name: s, logicalType: string}"
    rule = "{metric: invalidValues, mustBe: 0, arguments: {validValues: [A, B]}}"
    ruled = f"{{name: s, logicalType: string, quality: [{rule}]}}"
    (change,) = changes({"columns": plain}, {"columns": ruled})
    assert (change.kind, change.stored) == ("additive", "unproven")
    (change,) = changes({"columns": ruled}, {"columns": ruled.replace("A, B", "A, B, C")})
    assert (change.kind, change.view) == ("breaking", "rules")
    (change,) = changes({"columns": ruled}, {"columns": ruled.replace("A, B", "A")})
    assert (change.kind, change.stored) == ("additive", "unproven")


def test_the_rules_of_a_renamed_column_are_the_same_ones():
    text = "{{id: s, name: {0}, logicalType: string, quality: [{{metric: nullValues, mustBe: 0}}]}}"
    (change,) = changes({"columns": text.format("s")}, {"columns": text.format("t")})
    assert (change.flag, change.path) == ("rename", "s")


@pytest.mark.parametrize(
    ("old", "new", "kind", "text"),
    [
        ("latency, value: 4, unit: h", "latency, value: 30, unit: min", "additive", "better"),
        ("latency, value: 4, unit: h", "latency, value: 1, unit: d", "breaking", "worse"),
        ("latency, value: 24, unit: h", "latency, value: 1, unit: day", "cosmetic", "spelled"),
        ("retention, value: 1, unit: y", "retention, value: 2, unit: y", "additive", "better"),
        ("availability, value: 99.9%", "availability, value: 99%", "breaking", "worse"),
        ("endOfSupport, value: '2027-01-01'", "endOfSupport, value: '2026-12-01'", "breaking", "worse"),
        ("timeOfAvailability, value: '09:00'", "timeOfAvailability, value: '08:00'", "additive", "better"),
        ("ly, value: 1, unit: q", "latency, value: 3, unit: months", "cosmetic", "spelled"),
        ("latency, value: PT4H", "latency, value: 4, unit: hours", "cosmetic", "spelled"),
        ("latency, value: 900, unit: ms", "latency, value: 1, unit: s", "breaking", "worse"),
        ("retention, value: 1, unit: y", "retention, value: 11, unit: mo", "breaking", "worse"),
        ("throughput, value: 100, unit: rows/s", "throughput, value: 2000, unit: rows/day", "breaking", "worse"),
        ("throughput, value: 1, unit: MB/s", "throughput, value: 2, unit: MB/s", "additive", "better"),
        ("throughput, value: 1, unit: MB/s", "throughput, value: 2, unit: GB/s", "breaking", "changed"),
        ("latency, value: 4", "latency, value: 3", "additive", "better"),
        ("latency, value: 4", "latency, value: 3, unit: h", "breaking", "changed"),
        ("ga, value: '2026-12-01'", "ga, value: '2026-12-01T01:00:00+02:00'", "additive", "better"),
        (
            "timeOfAvailability, value: '09:00'",
            "timeOfAvailability, value: '09:30+01:00'",
            "additive",
            "better",
        ),
        ("moonPhase, value: 1", "moonPhase, value: 2", "breaking", "changed"),
    ],
)
def test_service_levels(old, new, kind, text):
    (change,) = changes(
        {"top": f"slaProperties: [{{property: {old}}}]"}, {"top": f"slaProperties: [{{property: {new}}}]"}
    )
    assert (change.kind, change.view) == (kind, "levels")
    assert text in change.text


@pytest.mark.parametrize(
    ("old", "new", "kind", "path"),
    [
        ("roles: [{role: reader, access: read}]", "", "breaking", "role reader"),
        ("", "roles: [{role: reader, access: read}]", "additive", "role reader"),
        (
            "price: {priceAmount: 1, priceCurrency: EUR}",
            "price: {priceAmount: 2, priceCurrency: EUR}",
            "breaking",
            "price",
        ),
        (
            "price: {priceAmount: 2, priceCurrency: EUR}",
            "price: {priceAmount: 1, priceCurrency: EUR}",
            "additive",
            "price",
        ),
        (
            "team: {members: [{username: ann, role: owner}]}",
            "team: {members: [{username: bob, role: owner}]}",
            "cosmetic",
            "team",
        ),
        ("support: [{channel: mail, url: 'mailto:a'}]", "", "cosmetic", "support mail"),
        (
            "servers: [{server: prod, type: s3, location: 's3://a/b'}]",
            "servers: [{server: prod, type: s3, location: 's3://a/c'}]",
            "breaking",
            "server prod",
        ),
        ("status: draft", "status: active", "cosmetic", "contract"),
    ],
)
def test_people_and_places(old, new, kind, path):
    assert [(one.kind, one.path) for one in changes({"top": old}, {"top": new})] == [(kind, path)]


NOTICE = "{{name: old, logicalType: string, deprecated: true, customProperties: [{0}]}}"


@pytest.mark.parametrize(
    ("column", "flag", "text"),
    [
        ("{name: old, logicalType: string}", "unannounced", "never announced"),
        (NOTICE.format("{property: removeAfter, value: '2026-06-01'}"), "early", "stay until 2026-06-01"),
        (NOTICE.format("{property: removeAfter, value: '2026-05-31'}"), "announced", "ended on 2026-05-31"),
        (
            NOTICE.format("{property: deprecatedSince, value: '2026-05-01'}, {property: noticePeriod, value: P90D}"),
            "early",
            "2026-07-30",
        ),
        (
            NOTICE.format("{property: deprecatedSince, value: '2026-01-01'}, {property: noticePeriod, value: 12w}"),
            "announced",
            "2026-03-26",
        ),
        (NOTICE.format("{property: removeAfter, value: soon}"), "announced", "no day that can be read"),
    ],
)
def test_a_column_that_goes(column, flag, text):
    (change,) = changes({"columns": column}, {})
    assert (change.kind, change.flag) == ("breaking", flag)
    assert text in change.text


def test_a_notice_that_is_shortened_breaks_a_promise():
    def column(day):
        return {"columns": NOTICE.format(f"{{property: removeAfter, value: '{day}'}}")}

    assert [one.kind for one in changes(column("2026-12-31"), column("2026-10-31"))] == ["breaking"]
    assert [one.kind for one in changes(column("2026-12-31"), column("2027-10-31"))] == ["additive"]


def test_every_change_has_a_line_in_both_files():
    old = contract(
        columns="{name: a, logicalType: string, logicalTypeOptions: {maxLength: 9}}\n{name: b, logicalType: date}"
    )
    new = contract(
        columns="{name: a, logicalType: string, logicalTypeOptions: {maxLength: 5}}\n{name: c, logicalType: date}"
    )
    found = compared(Side.contract(old, "old.yaml"), Side.contract(new, "new.yaml"))
    places = {change.path: found.places(change) for change in found.changes}
    assert [tuple(int(one.split(":")[1]) for one in places[path]) for path in "abc"] == [(10, 10), (11, 9), (9, 11)]


ROOT = Path(__file__).parents[3]
WRITTEN = sorted(
    [*ROOT.glob("configs/*/*/contract.yaml"), *ROOT.glob("tests/e2e/projects/*/configs/*/*/contract.yaml")]
)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_a_contract_is_the_same_as_itself_from_the_ledger(path):
    kept = summary(load(path))
    assert diff(Summary.from_json(json.loads(json.dumps(kept.to_json()))), kept) == ()


def test_the_ledger_keeps_all_that_is_compared():
    made = contract(
        columns="{name: a, logicalType: string, quality: [{metric: nullValues, mustBeLessThan: 3, unit: percent}]}",
        top="team: {members: [{username: ann, role: owner}]}\nslaProperties: [{property: latency, value: 4, unit: h}]",
        **rules(COUNT + "mustBeBetween: [1, 9]"),
    )
    kept = summary(made)
    assert Summary.from_json(json.loads(json.dumps(kept.to_json()))) == kept
    assert diff(kept, Summary.from_json(json.loads(json.dumps(kept.to_json())))) == ()


@pytest.mark.parametrize(
    ("old", "new", "column", "code", "fix"),
    [
        ("1.0.0", "1.0.0", "", "", ""),
        ("1.0.0", "1.0.0", "{name: a, logicalType: string}", "VERSION_TOO_LOW", "1.1.0"),
        ("1.0.0", "1.1.0", "{name: a, logicalType: string}", "", ""),
        ("1.0.0", "0.9.0", "", "VERSION_TOO_LOW", "1.0.0"),
        ("1.0.0", "two", "{name: a, logicalType: string}", "VERSION_NOT_SEMVER", "1.1.0"),
        ("v1", "1.0.0", "{name: a, logicalType: string}", "", ""),
        ("v1", "v1", "", "", ""),
        ("v1", "v2", "{name: a, logicalType: string}", "VERSION_NOT_SEMVER", "1.0.0"),
    ],
)
def test_a_version_says_what_changed(old, new, column, code, fix):
    found = compared(
        Side.contract(contract(version=old), "old"), Side.contract(contract(version=new, columns=column), "new")
    )
    faults = found.version_faults()
    assert [one.code for one in faults] == ([code] if code else [])
    assert all(fix in one.fix and one.where.endswith(":4:10") for one in faults)
