"""The summary of a contract, taken from its models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.options import RangeOptions
from mesh_etl.contract.people import Team
from mesh_etl.contract.quality import CustomRule, LibraryRule, MeasuredRule, QualityRule, SqlRule
from mesh_etl.contract.summary import (
    ITEM,
    KEY,
    VALUE,
    ColumnSummary,
    LevelSummary,
    Loc,
    RuleSummary,
    Summary,
    canonical,
    inner_types,
    spelled,
)
from mesh_etl.contract.table import ArrayProperty, MapProperty, ObjectProperty, Property

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.parts import Part
    from mesh_etl.contract.types import DataType

NOTICE = ("deprecatedSince", "removeAfter", "noticePeriod")
_COLUMN_WORDS = {
    "business_name", "synonyms", "tags", "examples", "authoritative_definitions", "critical_data_element",
    "encrypted_name", "transform_source_objects", "transform_logic", "transform_description", "semantic_type",
    "custom_properties",
}  # fmt: skip
_TABLE_WORDS = {
    "name", "physical_name", "physical_type", "business_name", "synonyms", "tags", "authoritative_definitions",
    "data_granularity_description", "context", "custom_properties", "deprecated",
}  # fmt: skip
_CONTRACT_WORDS = {
    "name", "status", "tenant", "domain", "data_product", "description", "context", "tags",
    "custom_properties", "authoritative_definitions", "contract_created_ts",
}  # fmt: skip
WORDS = 1  # to be raised when other keys count as words: digests of another kind are not compared
_DRAFTS = ("proposed", "draft")  # what the standard calls a contract before it is active
_RULE_WORDS = {"description", "dimension", "business_impact", "method", "schedule", "scheduler", "tags"}


def summary(contract: Contract) -> Summary:
    """The summary of a contract without faults."""
    places = {column.stored_name: index for index, column in enumerate(contract.table.properties)}
    pairs = zip(contract.columns, contract.schema, strict=True)
    columns = tuple(
        _column(field.name, field.type, column, ("schema", 0, "properties", places[field.name]))
        for column, field in pairs
    )
    odcs, table = contract.odcs, contract.table
    period = contract.odcs.custom("noticePeriod")
    return Summary(
        id=contract.id,
        version=contract.version,
        columns=columns,
        primary_key=contract.primary_key,
        partition_keys=contract.partition_keys,
        description=table.description,
        rules=tuple(_rules(contract)),
        references=tuple(_references(contract)),
        levels=tuple(
            LevelSummary(one.property, one.value, one.value_ext, one.unit, one.element, one.driver, one.id, loc)
            for loc, one in ((("slaProperties", index), one) for index, one in enumerate(odcs.sla_properties))
        ),
        people=_people(contract),
        servers={one.server: _location(one) for one in odcs.servers},
        words=_described(
            {
                **_words(odcs, _CONTRACT_WORDS),
                "schema": _words(table, _TABLE_WORDS),
                "measures": [_stated(one) for one in table.properties if one.semantic_type == "measure"],
            }
        ),
        notice_period=None if period is None else str(period),
        draft=odcs.status in _DRAFTS,
    )


def _column(name: str, type_: DataType, found: Property | None, loc: Loc) -> ColumnSummary:
    if found is None:  # a part that only the physicalType tells
        parts = tuple(_column(part, kind, None, loc) for part, kind in inner_types(type_))
        return ColumnSummary(name, spelled(type_), limits={}, parts=parts, loc=loc)
    inside = {part: (one, (*loc, *step)) for part, one, step in _inside(found)}
    return ColumnSummary(
        name=name,
        type=spelled(type_),
        required=found.required or found.primary_key,
        unique=found.unique,
        accepted=None if found.enum is None else tuple(json.dumps(one.value) for one in found.enum),
        id=found.id,
        classification=found.classification,
        deprecated=found.deprecated,
        description=found.description,
        limits=_limits(found),
        notice={key: str(found.custom(key)) for key in NOTICE if found.custom(key) is not None} or None,
        words=_described(_words(found, _COLUMN_WORDS | ({"name"} if found.physical_name else set()))),
        parts=tuple(_column(part, kind, *inside.get(part, (None, loc))) for part, kind in inner_types(type_)),
        loc=loc,
    )


def _inside(found: Property) -> Iterator[tuple[str, Property, Loc]]:
    if isinstance(found, ObjectProperty):
        for index, one in enumerate(found.properties):
            yield one.stored_name, one, ("properties", index)
    elif isinstance(found, ArrayProperty) and found.items is not None:
        yield ITEM, found.items, ("items",)
    elif isinstance(found, MapProperty):
        yield KEY, found.map.key, ("map", "key")
        yield VALUE, found.map.value, ("map", "value")


def _limits(found: Property) -> dict[str, Any]:
    """What the options promise of the values; the type holds what they say about the type."""
    options = found.logical_type_options
    if options is None:
        return {}
    told = options.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(options, RangeOptions):
        for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            told.pop(key, None)
        ends = {"minimum": options.lower, "maximum": options.upper}
        told |= {key: [end.value, end.inclusive] for key, end in ends.items() if end is not None}
    return told


def _rules(contract: Contract) -> Iterator[RuleSummary]:
    yield from _rules_of("", contract.table.quality, ("schema", 0))
    for index, column in enumerate(contract.table.properties):
        yield from _rules_below(column.stored_name, column, ("schema", 0, "properties", index))


def _rules_below(path: str, found: Property, loc: Loc) -> Iterator[RuleSummary]:
    yield from _rules_of(path, found.quality, loc)
    for part, one, step in _inside(found):
        deeper = f"{path}{part}" if part in (ITEM, KEY, VALUE) else f"{path}.{part}"
        yield from _rules_below(deeper, one, (*loc, *step))


def _rules_of(path: str, rules: tuple[QualityRule, ...], loc: Loc) -> Iterator[RuleSummary]:
    for index, rule in enumerate(rules):
        compared = rule.comparison if isinstance(rule, MeasuredRule) else None
        valid = rule.argument("validValues") if isinstance(rule, LibraryRule) else None
        none = compared is not None and (compared.operator, compared.operand) == ("must_be", 0)
        yield RuleSummary(
            column=path,
            kind=rule.type,
            measures=_measures(rule),
            name=rule.name,
            id=rule.id,
            valid=tuple(map(canonical, valid)) if isinstance(valid, list | tuple) else None,
            comparison=None if compared is None else (compared.operator, compared.operand),
            closed=compared is not None and isinstance(compared.operand, tuple) and compared.closed,
            unit=rule.unit,
            severity=(rule.severity or "error").lower(),
            rejects=isinstance(rule, CustomRule) or (isinstance(rule, LibraryRule) and bool(path) and none),
            words=_described(_words(rule, _RULE_WORDS)),
            loc=(*loc, "quality", index),
        )


def _measures(rule: QualityRule) -> str:
    """What a rule measures, as text that differs where the measure does."""
    if isinstance(rule, LibraryRule):
        others = {key: value for key, value in (rule.arguments or {}).items() if key != "validValues"}
        return rule.measure + (canonical(others) if others else "")
    if isinstance(rule, SqlRule):
        return _digest(rule.query.split())
    return _digest([rule.engine, rule.implementation]) if isinstance(rule, CustomRule) else ""


def _references(contract: Contract) -> Iterator[str]:
    for one in contract.table.relationships:
        yield f"{_joined(one.from_)} to {_joined(one.to)}"
    for _, found in contract.table.walk():
        yield from (f"{found.stored_name} to {_joined(one.to)}" for one in found.relationships)


def _joined(side: str | tuple[str, ...]) -> str:
    return side if isinstance(side, str) else ", ".join(side)


def _people(contract: Contract) -> dict[str, Any]:
    odcs = contract.odcs
    current = [one for one in odcs.members if one.date_out is None]
    return {
        "team": (odcs.team.name or "") if isinstance(odcs.team, Team) else "",
        "members": {one.username: (one.role or "").lower() for one in current},
        "roles": {one.role: one.access or "" for one in odcs.roles},
        "support": {one.channel: one.url or "" for one in odcs.support},
        "price": _words(odcs.price, {"price_amount", "price_currency", "price_unit"}) if odcs.price else {},
    }


def _location(server: Part) -> dict[str, Any]:
    silent = {"id", "server", "description", "roles", "custom_properties"}
    return server.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=silent)


def _stated(part: Part) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _words(part: Part, names: set[str]) -> dict[str, Any]:
    """These keys of a part as they are stated, without a notice, which is a promise of its own."""
    told = part.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=names)
    if "customProperties" in told:
        told["customProperties"] = [one for one in told["customProperties"] if one["property"] not in NOTICE]
    return told


def _digest(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:12] if value else ""


def _described(value: object) -> str:
    return f"{WORDS}.{_digest(value)}"
