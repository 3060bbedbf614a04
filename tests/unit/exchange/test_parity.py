"""Every fact of a contract is in the export or in its report, and what counts as said is there to be seen."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config.document import Document
from mesh_etl.contract.load import Contract, load, understand
from mesh_etl.errors import ConfigError
from mesh_etl.exchange.exported import Exporting, Wish, _silent, exported
from mesh_etl.exchange.exports import EXPORTS
from mesh_etl.exchange.facts import Facts
from mesh_etl.exchange.tree import columns

CASES = Path(__file__).resolve().parents[2] / "cases/exchange"
FULL = CASES / "full.yaml"
TARGETS = [(name, Wish()) for name in EXPORTS if name != "sql"] + [
    ("sql", Wish(dialect=dialect)) for dialect in ("spark", "athena", "trino")
]
IDS = [name if name != "sql" else wish.dialect for name, wish in TARGETS]
# Two keys that say the same: without one of them the text is as it was.
TWICE = {
    "schema[0].relationships", "logicalType", "type", "required", "primaryKeyPosition", "partitionKeyPosition", "unit"
}  # fmt: skip


def said(contract: Contract, name: str, wish: Wish) -> tuple[str, Facts]:
    facts = Facts(contract.document, _silent)
    return EXPORTS[name](Exporting(contract, facts, columns(contract, facts), wish)), facts


@pytest.mark.parametrize(("name", "wish"), TARGETS, ids=IDS)
def test_each_fact_is_said_or_reported_with_its_line(name: str, wish: Wish) -> None:
    contract = load(FULL)
    _, facts = said(contract, name, wish)
    done = exported(contract, name, EXPORTS[name], wish)
    reported = {leaf for leaf in facts._below[()] for one in done.unsaid if leaf[: len(one.loc)] == one.loc}
    assert set(facts.said()) | reported == set(facts._below[()])
    assert not set(facts.said()) & reported
    lines = FULL.read_text().splitlines()
    for one in done.unsaid:
        line, column = map(int, one.where.rsplit(":", 2)[1:])
        assert lines[line - 1][column - 1 :].strip(), one


def test_what_counts_as_said_changes_the_text() -> None:
    """Each said fact is written differently, one after the other, and each target then says something else."""
    original = load(FULL)
    before = {one: said(original, *target) for one, target in zip(IDS, TARGETS, strict=True)}
    hidden: list[tuple[str, str]] = []
    for leaf in next(iter(before.values()))[1]._below[()]:
        same = {target: leaf in facts.said() for target, (_, facts) in before.items()}
        tried = False
        for variant in filter(None, map(other_contract, variations(original.document.data, leaf))):
            tried = True
            for target, (name, wish) in zip(IDS, TARGETS, strict=True):
                same[target] = same[target] and text_of(variant, name, wish) == before[target][0]
            if not any(same.values()):
                break
        else:
            hidden += [(target, ".".join(map(str, leaf))) for target, alike in same.items() if alike and tried]
    told_by_more = [one for one in hidden if one[1].rpartition(".")[2] in TWICE]
    assert sorted(set(hidden) - set(told_by_more)) == []


def text_of(contract: Contract, name: str, wish: Wish) -> str:
    try:
        return said(contract, name, wish)[0]
    except ConfigError:
        return ""  # without it, there is no text at all


def variations(data: Any, leaf: tuple[str | int, ...]) -> Iterator[Any]:
    for change in (*changed(at(data, leaf)), None):
        one = copy.deepcopy(data)
        above = at(one, leaf[:-1])
        if change is None:
            del above[leaf[-1]]
        else:
            above[leaf[-1]] = change
        yield one


def changed(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if isinstance(value, str):
        return [f"{value}x", "decimal(3,1)"]
    return [value[:-1]] if len(value) > 1 else []


def at(data: Any, loc: tuple[str | int, ...]) -> Any:
    for step in loc:
        data = data[step]
    return data


def other_contract(data: Any) -> Contract | None:
    try:
        return understand(Document("other.yaml", data, {}))
    except ConfigError:
        return None


def test_a_key_that_no_exporter_knows_is_reported() -> None:
    contract = load(FULL)
    facts = Facts(contract.document, _silent)
    facts.say("schema")
    rest = {one.what for one in facts.rest("no place")}
    assert {"team", "servers", "slaProperties", "price", "description"} <= rest
    assert not any(one.startswith("schema") for one in rest)


def test_examples_of_classified_columns_are_given_away_by_no_page() -> None:
    for name in ("markdown", "html", "jsonschema"):
        done = exported(load(FULL), name, EXPORTS[name], Wish())
        assert "ada@example.com" not in done.text
        assert "column email.examples" in {one.what for one in done.unsaid}
        assert "12.5" in done.text
