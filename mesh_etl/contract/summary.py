"""What of a contract is kept with every commit, so that the next one can be compared with it.

A part that is None was not kept, by an older version of this library; it is unknown, and not compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar, parse, quoted

Loc = tuple[str | int, ...]
ITEM, KEY, VALUE = "[]", "{key}", "{value}"


@dataclass(frozen=True)
class ColumnSummary:
    """A stored column or a part of one: `type` is spelled so that `types.parse` reads the very same type.

    `limits` are the options of its logical type, `notice` says when it goes, `words` is a digest of what describes it,
    `parts` are the fields, the item, or the key and the value inside it.
    """

    name: str
    type: str
    required: bool = False
    unique: bool = False
    accepted: tuple[str, ...] | None = None
    id: str | None = None
    classification: str | None = None
    deprecated: bool = False
    description: str | None = None
    limits: Mapping[str, Any] | None = None
    notice: Mapping[str, Any] | None = None
    words: str | None = None
    parts: tuple[ColumnSummary, ...] | None = None
    loc: Loc = field(default=(), compare=False)

    def inside(self) -> tuple[ColumnSummary, ...]:
        """The parts; where they were not kept, as far as the type tells them."""
        return self.parts if self.parts is not None else tuple(_told_by(parse(self.type)))


@dataclass(frozen=True)
class RuleSummary:
    """A quality rule: about which column ('' for the table), what it measures, and what the measured value must be.

    `closed` says that an interval has its ends, and `rejects` that each row keeps or breaks the rule alone.
    """

    column: str
    kind: str
    measures: str
    name: str | None = None
    id: str | None = None
    valid: tuple[str, ...] | None = None
    comparison: tuple[str, Any] | None = None
    closed: bool = False
    unit: str | None = None
    severity: str = "error"
    rejects: bool = False
    words: str | None = None
    loc: Loc = field(default=(), compare=False)


@dataclass(frozen=True)
class LevelSummary:
    """A service level as the contract states it."""

    property: str
    value: Any = None
    value_ext: Any = None
    unit: str | None = None
    element: str | None = None
    driver: str | None = None
    id: str | None = None
    loc: Loc = field(default=(), compare=False)


@dataclass(frozen=True)
class Summary:
    """A contract as its readers depend on it."""

    id: str
    version: str
    columns: tuple[ColumnSummary, ...]
    primary_key: tuple[str, ...] = ()
    partition_keys: tuple[str, ...] = ()
    description: str | None = None
    rules: tuple[RuleSummary, ...] | None = None
    references: tuple[str, ...] | None = None
    levels: tuple[LevelSummary, ...] | None = None
    people: Mapping[str, Any] | None = None
    servers: Mapping[str, Any] | None = None
    words: str | None = None
    notice_period: str | None = None
    draft: bool = False  # nobody has been promised anything yet

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts that were not kept."""
        parts = {"rules": self.rules, "service levels": self.levels, "people": self.people, "servers": self.servers}
        return tuple(name for name, part in parts.items() if part is None)

    def to_json(self) -> dict[str, Any]:
        """The summary as plain JSON data."""
        plain: dict[str, Any] = _plain(self)
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Summary:
        """The summary that `to_json` wrote, before or after a trip through a JSON file.

        Raises `TypeError` when the data has other fields.
        """
        readers: dict[str, Any] = {
            "columns": _column,
            "rules": _rule,
            "levels": lambda one: LevelSummary(**one),
            **dict.fromkeys(("primary_key", "partition_keys", "references"), str),
        }
        lists = {name: tuple(map(read, data[name])) for name, read in readers.items() if data.get(name) is not None}
        return cls(**{**data, **lists})


def spelled(type_: DataType) -> str:
    """The type as `types.parse` reads it back without loss; Spark and Glue each lose something."""
    match type_:
        case Simple(name):
            return name
        case Decimal() | Varchar():
            return type_.glue()
        case Array(item):
            return f"array<{spelled(item)}>"
        case Map(key, value):
            return f"map<{spelled(key)},{spelled(value)}>"
        case Struct(parts):
            return f"struct<{','.join(f'{quoted(one.name)}:{spelled(one.type)}' for one in parts)}>"
    raise TypeError(f"{type(type_).__name__} is not a column type")


def inner_types(type_: DataType) -> Iterator[tuple[str, DataType]]:
    """The types directly inside a type, each by the name of its part."""
    match type_:
        case Struct(parts):
            yield from ((one.name, one.type) for one in parts)
        case Array(item):
            yield ITEM, item
        case Map(key, value):
            yield from ((KEY, key), (VALUE, value))


def _told_by(type_: DataType) -> Iterator[ColumnSummary]:
    yield from (ColumnSummary(name, spelled(kind)) for name, kind in inner_types(type_))


def _plain(value: Any) -> Any:
    """The value as JSON data without what is as it would be anyway, and without places, which only a file has."""
    if isinstance(value, ColumnSummary | RuleSummary | LevelSummary | Summary):
        stated = ((one, getattr(value, one.name)) for one in fields(value) if one.name != "loc")
        return {one.name: _plain(found) for one, found in stated if found != one.default}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _column(data: Mapping[str, Any]) -> ColumnSummary:
    parts = data.get("parts")
    inside = None if parts is None else tuple(map(_column, parts))
    accepted = data.get("accepted")
    return ColumnSummary(**{**data, "parts": inside, "accepted": None if accepted is None else tuple(accepted)})


def _rule(data: Mapping[str, Any]) -> RuleSummary:
    pairs = {name: tuple(data[name]) for name in ("valid", "comparison") if data.get(name) is not None}
    if "comparison" in pairs and isinstance(pairs["comparison"][1], list):
        pairs["comparison"] = (pairs["comparison"][0], tuple(pairs["comparison"][1]))
    return RuleSummary(**{**data, **pairs})


def reworded(old: str | None, new: str | None) -> bool:
    """Whether two digests of words differ; one that is unknown, or of another kind, tells nothing."""
    if old is None or new is None:
        return False
    return old.partition(".")[0] == new.partition(".")[0] and old != new


def canonical(value: object) -> str:
    """The value as text that is the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
