"""From what another format says to the draft of a contract, with a comment wherever somebody has to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_etl.config.document import Document, Loc
from mesh_etl.config.yaml import parse
from mesh_etl.contract.columns import COLUMN_NAME, RESERVED
from mesh_etl.contract.load import understand
from mesh_etl.contract.regex import refusal
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar
from mesh_etl.contract.values import fits
from mesh_etl.crawl.naming import snake
from mesh_etl.crawl.yaml_text import comment
from mesh_etl.exchange import block_yaml
from mesh_etl.exchange.facts import Facts, Unsaid

Part = dict[str, Any]
NOTE = "#"  # stands for comments in a part that is being drafted; no key of the standard
_TOLD = 40
_LOGICAL = {
    "string": "string", "boolean": "boolean", "tinyint": "integer", "smallint": "integer", "int": "integer",
    "bigint": "integer", "float": "number", "double": "number", "date": "date", "timestamp": "timestamp",
    "timestamp_ntz": "timestamp",
}  # fmt: skip
_ENOUGH = {"string", "boolean", "bigint", "double", "date", "timestamp", "timestamp_ntz"}


class Unplaced(Document):
    """An answer of a service, in which nothing has a line."""

    def where(self, loc: Loc, key: bool = False) -> str:
        return self.name


@dataclass(frozen=True)
class Asked:
    """What the user says about the draft: the product's name and who answers for it; both may be empty."""

    product: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Imported:
    """The text of the draft, how many facts the source states, and those that are not in the draft."""

    source: str
    text: str
    facts: int
    unsaid: tuple[Unsaid, ...]


def typed(kind: DataType) -> Part:
    """The keys that state the type, exactly, with no more of them than are needed."""
    match kind:
        case Simple("binary"):
            return {"physicalType": "binary"}
        case Simple("timestamp_ntz"):
            return {"logicalType": "timestamp", "logicalTypeOptions": {"timezone": False}}
        case Simple(name):
            return {"logicalType": _LOGICAL[name], **({} if name in _ENOUGH else {"physicalType": name})}
        case Decimal(_, scale):
            return {"logicalType": "number" if scale else "integer", "physicalType": spelled(kind)}
        case Varchar():
            return {"logicalType": "string", "physicalType": spelled(kind)}
        case Array(item):
            return {"logicalType": "array", "items": typed(item)}
        case Map(key, value):
            return {"logicalType": "map", "map": {"key": typed(key), "value": typed(value)}}
        case Struct(fields):
            names = stored_names([one.name for one in fields])
            parts = [{**name, **typed(one.type)} for name, one in zip(names, fields, strict=True)]
            return {"logicalType": "object", "properties": parts}
    raise TypeError(f"{type(kind).__name__} is not a column type")


def untyped(facts: Facts, loc: Loc, why: str) -> Part:
    """Text, for a type that no contract has; the reason is told, and stands in the draft."""
    facts.lose(why, *loc)
    return {NOTE: [f"decide the type: {why}"], "logicalType": "string"}


def stored_names(originals: Sequence[str]) -> list[Part]:
    """The keys that name columns: the original name and, where it cannot be a column's, one in storage that can."""
    taken = {one for one in originals if _fine(one)}
    found: list[Part] = []
    for number, original in enumerate(originals, 1):
        if _fine(original):
            found.append({"name": original})
            continue
        base = snake(original) or f"column_{number}"
        name, copy = base, 1
        while name in taken:
            copy += 1
            name = f"{base}_{copy}"
        taken.add(name)
        found.append({"name": original or name, **({"physicalName": name} if original else {})})
    return found


def _fine(name: str) -> bool:
    return bool(COLUMN_NAME.fullmatch(name)) and not name.startswith(RESERVED)


def put_option(part: Part, key: str, value: Any) -> None:
    """The option is stated, beside those that are there."""
    part.setdefault("logicalTypeOptions", {})[key] = value


def put_pattern(part: Part, pattern: Any, facts: Facts, *loc: str | int) -> None:
    """The pattern is stated where it can be checked; else it is left in the report, with the reason."""
    reason = refusal(pattern) if isinstance(pattern, str) else "a pattern is text"
    if part.get("logicalType") != "string":
        reason = "a pattern is for text"
    if reason:
        facts.lose(reason, *loc)
        return
    facts.say(*loc)
    put_option(part, "pattern", pattern)


def put_values(part: Part, values: Sequence[Any], facts: Facts, *loc: str | int) -> None:
    """The accepted values are stated where each of them is of the column's type; NULL is no value."""
    kind, real = part.get("logicalType"), [one for one in values if one is not None]
    unique = list({(type(one), str(one)): one for one in real}.values())
    if not unique or kind is None or kind in ("array", "object", "map") or not all(fits(one, kind) for one in unique):
        facts.lose("the values are not of the column's type", *loc)
        return
    facts.say(*loc)
    part["enum"] = [{"value": one} for one in unique]


def drafted(
    facts: Facts, source: str, table: Part, asked: Asked, default: str, more: Mapping[str, Any] | None = None
) -> Imported:
    """The whole draft, which loads without faults.

    `default` names the product where the user does not; `more` are keys of the contract itself. Raises `ConfigError`
    with the faults of a draft that only somebody who knows the data can settle.
    """
    product = asked.product or default
    domain, _, name = product.rpartition(".")
    more = dict(more or {})
    head: Part = {
        "apiVersion": "v3.2.0", "kind": "DataContract", "id": product, "version": more.pop("version", "0.1.0"),
        "name": name if domain else table["name"], "status": "draft",
    }  # fmt: skip
    head |= {"domain": domain} if domain else {}
    head |= {"team": {"name": asked.owner}} if asked.owner else {}
    data, comments = {**head, **more, "schema": [table]}, dict[Loc, tuple[str, ...]]()
    plain = _lifted(data, (), comments)
    unsaid = facts.rest("a contract has no place for it")
    lines = [
        f"# Drafted by mesh-etl contract import from {comment(source)}.",
        "# Read every line: it says what the source says, which may not be what you promise.",
        *(f"# Not carried over: {comment(f'{one.what}: {one.why}')}" for one in unsaid[:_TOLD]),
        *([f"# and {len(unsaid) - _TOLD} parts more"] if len(unsaid) > _TOLD else []),
    ]
    text = "\n".join(lines) + "\n" + block_yaml.text(plain, comments)
    understand(parse(text, "draft"))
    return Imported(source, text, facts.count, unsaid)


def _lifted(data: Any, loc: Loc, comments: dict[Loc, tuple[str, ...]]) -> Any:
    """The data without its notes, which go to `comments` under the place of the part that they are about."""
    if isinstance(data, dict):
        if notes := data.get(NOTE):
            comments[loc] = tuple(notes)
        return {key: _lifted(one, (*loc, key), comments) for key, one in data.items() if key != NOTE}
    if isinstance(data, list):
        return [_lifted(one, (*loc, index), comments) for index, one in enumerate(data)]
    return data
