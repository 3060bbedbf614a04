"""The result of an export: the text in the other format, and what of the contract it does not say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesh_etl.config.document import Loc, dotted
from mesh_etl.crawl.yaml_text import comment
from mesh_etl.exchange.facts import Facts, Unsaid
from mesh_etl.exchange.tree import Node, columns

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

# The standard's own words, which say nothing about the data: its version, and that a table has fields.
_ENVELOPE = {("apiVersion",), ("kind",), ("schema", 0, "logicalType")}
# Flags whose absence says the same as `false`.
_FLAGS = {
    "required", "unique", "primaryKey", "partitioned", "deprecated", "criticalDataElement", "uniqueItems", "normalized"
}  # fmt: skip
_VALUES = {"customProperties", "enum", "examples", "quality"}


@dataclass(frozen=True)
class Wish:
    """What the user decides about an export: where the table lies, and the dialect of SQL."""

    location: str = ""
    dialect: str = "spark"


@dataclass(frozen=True)
class Exporting:
    """A contract that is being exported: read what is said through `facts` and `columns`."""

    contract: Contract
    facts: Facts
    columns: tuple[Node, ...]
    wish: Wish

    def say(self, *loc: str | int) -> Any:
        """The value at `loc` from the top of the contract, which is said by that."""
        return self.facts.say(*loc)


@dataclass(frozen=True)
class Exported:
    """The text, how many facts the contract states, and those that the text does not say."""

    format: str
    text: str
    facts: int
    unsaid: tuple[Unsaid, ...] = field(repr=False)


Exporter = Callable[[Exporting], str]


def exported(contract: Contract, name: str, exporter: Exporter, wish: Wish) -> Exported:
    """The contract in the format `name`, as its exporter says it. Raises `ConfigError` where the format refuses it."""
    facts = Facts(contract.document, _silent)
    text = exporter(Exporting(contract, facts, columns(contract, facts), wish))
    rest = facts.rest(f"{name} has no place for it", lambda loc: named(contract, loc))
    return Exported(name, text, facts.count, rest)


def named(contract: Contract, loc: Loc) -> str:
    """The path with the names of columns instead of their numbers: `column address.city.classification`."""
    names, rest, at = [], loc, contract.document.data
    while len(rest) > 1:
        at, key = at[rest[0]], rest[1]
        if rest[0] in ("schema", "properties") and isinstance(key, int):
            if rest[0] == "properties":
                names.append(comment(str(at[key].get("name", key))))
            at, rest = at[key], rest[2:]
        elif rest[0] in ("items", "map"):
            names.append(str(rest[0]))
            rest = rest[1:]
        else:
            break
    if not names:
        return comment(dotted(loc)).replace("schema[0]", "table")
    return "column " + ".".join([*names, *([comment(dotted(rest))] if rest else [])])


def _silent(loc: Loc, value: Any) -> bool:
    return loc in _ENVELOPE or (value is False and loc[-1] in _FLAGS and not _VALUES & set(loc))
