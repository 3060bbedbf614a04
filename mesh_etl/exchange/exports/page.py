"""The contract as a page for people: headings, facts and tables, which Markdown and HTML only have to draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mesh_etl.config.document import Loc
from mesh_etl.contract.quality import CustomRule, LibraryRule, SqlRule
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import Array, Map, Struct
from mesh_etl.exchange.exported import Exporting, named
from mesh_etl.exchange.rules import Stated, stated
from mesh_etl.exchange.tree import Node

Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs and a table; every text is plain and still to be escaped."""

    title: str
    texts: tuple[str, ...] = ()
    header: Row = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Page:
    """The whole page: its title, one line of facts below it, and the sections that have something to say."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def page(exporting: Exporting) -> Page:
    """Everything that the contract states, the rarer parts of it in a table at the end.

    Examples of classified columns are left out.
    """
    odcs, table = exporting.contract.odcs, exporting.contract.table
    title = exporting.say("name") or exporting.say("schema", 0, "name") or exporting.contract.name
    keys = ("id", "version", "status", "domain", "dataProduct", "tenant")
    facts = tuple((key, str(one)) for key in keys if (one := exporting.say(key)) is not None)
    about = [exporting.say("description", "purpose"), exporting.say("schema", 0, "description")]
    sections = [
        Section("What it is", tuple(one for one in about if one)),
        Section("Use", tuple(_uses(exporting))),
        Section("Columns", (), ("column", "type", "constraints", "about"), tuple(_columns(exporting.columns, ""))),
        Section("Rules", (), ("of", "rule", "severity", "about"), tuple(_rules(exporting))),
        Section("Foreign keys", (), ("of", "refers to", "severity"), tuple(_references(exporting))),
        Section("Service levels", (), ("property", "value", "about"), tuple(_levels(exporting))),
        Section("Servers", (), ("server", "type", "where"), tuple(_servers(exporting))),
        Section("People", (), ("who", "role", "since"), tuple(_people(exporting))),
    ]
    sections.append(Section("Also stated", (), ("what", "value"), tuple(_rest(exporting))))
    assert odcs.tables[0] is table
    return Page(str(title), facts, tuple(one for one in sections if one.texts or one.rows))


def _uses(exporting: Exporting) -> Iterator[str]:
    for key, word in (("usage", ""), ("limitations", "Limits: ")):
        if one := exporting.say("description", key):
            yield f"{word}{one}"


def _columns(nodes: tuple[Node, ...], above: str) -> Iterator[Row]:
    for node in nodes:
        node.say_name()
        node.say_type("format", "timezone")
        path = f"{above}{node.name}"
        yield path, _type(node), "; ".join(_musts(node)), _about(node)
        yield from _inside(node, path)


def _inside(node: Node, path: str) -> Iterator[Row]:
    if isinstance(node.type, Struct):
        yield from _columns(node.fields, f"{path}.")
    elif isinstance(node.type, Array):
        yield from _part(node.item, f"{path}[]")
    elif isinstance(node.type, Map):
        key, value = node.key_and_value
        yield from _part(key, f"{path}{{key}}")
        yield from _part(value, f"{path}{{value}}")


def _part(node: Node, path: str) -> Iterator[Row]:
    node.say_type("format", "timezone")
    row = path, _type(node), "; ".join(_musts(node)), _about(node)
    if row[2] or row[3] or isinstance(node.type, Struct):
        yield row
    yield from _inside(node, path)


def _type(node: Node) -> str:
    simple = {Struct: "struct", Array: "list", Map: "map"}.get(type(node.type))
    kind = simple or spelled(node.type)
    return node.found.logical_type if node.found.logical_type in ("time", "vector") else kind


def _musts(node: Node) -> Iterator[str]:
    if node.say("primaryKey"):
        position = node.say("primaryKeyPosition")
        yield f"primary key {position}" if position and position > 1 else "primary key"
    yield from (key for key in ("required", "unique") if node.say(key))
    if node.found.enum:
        values = [node.say("enum", index, "value") for index in range(len(node.found.enum))]
        labels = [node.say("enum", index, "label") for index in range(len(values))]
        yield "one of " + ", ".join(f"{_text(v)} ({x})" if x else _text(v) for v, x in zip(values, labels, strict=True))
    options = node.facts.get(*node.loc, "logicalTypeOptions") if node.loc is not None else None
    for key in options or {}:
        if (value := node.say("logicalTypeOptions", key)) is not None and key not in ("format", "timezone"):
            yield f"{key} {_text(value)}"
        elif key == "format" and node.found.logical_type not in ("integer", "number"):
            yield f"format {_text(value)}"
    if node.say("partitioned"):
        position = node.say("partitionKeyPosition")
        yield f"partition key {position}" if position and position > 1 else "partition key"


def _about(node: Node) -> str:
    said = [node.say("description")]
    if name := node.say("businessName"):
        said.append(f"Known as {name}.")
    if one := node.say("classification"):
        said.append(f"Classified: {one}.")
        node.lose("examples of a classified column are not given away", "examples")
    elif examples := node.say("examples"):
        said.append(f"For example: {', '.join(map(_text, examples))}.")
    if node.say("deprecated"):
        said.append("Deprecated.")
    if tags := node.say("tags"):
        said.append(f"Tags: {', '.join(tags)}.")
    return " ".join(one for one in said if one)


def _rules(exporting: Exporting) -> Iterator[Row]:
    def walk(nodes: tuple[Node, ...], above: str) -> Iterator[Row]:
        for node in nodes:
            path = f"{above}{node.name}"
            yield from (_rule(one, path) for one in stated(node.facts, node.found.quality, node.loc))
            if isinstance(node.type, Struct):
                yield from walk(node.fields, f"{path}.")

    yield from walk(exporting.columns, "")
    yield from (_rule(one, "table") for one in stated(exporting.facts, exporting.contract.table.quality, ("schema", 0)))


def _references(exporting: Exporting) -> Iterator[Row]:
    def walk(nodes: tuple[Node, ...], above: str) -> Iterator[Row]:
        for node in nodes:
            path = f"{above}{node.name}"
            for index, _ in enumerate(node.found.relationships):
                to = node.say("relationships", index, "to")
                yield path, _text(to), _severity(exporting, (*(node.loc or ()), "relationships", index))
            if isinstance(node.type, Struct):
                yield from walk(node.fields, f"{path}.")

    yield from walk(exporting.columns, "")
    for index, _ in enumerate(exporting.contract.table.relationships):
        loc: Loc = ("schema", 0, "relationships", index)
        yield _text(exporting.say(*loc, "from")), _text(exporting.say(*loc, "to")), _severity(exporting, loc)


def _severity(exporting: Exporting, relation: Loc) -> str:
    """What breaking a relationship means, where its custom property says so."""
    for index, own in enumerate(exporting.facts.get(*relation, "customProperties") or ()):
        if own.get("property") == "severity":
            exporting.say(*relation, "customProperties", index, "property")
            return _text(exporting.say(*relation, "customProperties", index, "value"))
    return ""


def _rule(one: Stated, path: str) -> Row:
    rule = one.rule
    one.say()
    why = [one.facts.say(*one.loc, key) for key in ("name", "description", "businessImpact")]
    if dimension := one.facts.say(*one.loc, "dimension"):
        why.append(f"({dimension})")
    severity = one.facts.say(*one.loc, "severity") or ""
    return path, _measured(rule), str(severity), " ".join(str(part) for part in why if part)


def _measured(rule: Any) -> str:
    if isinstance(rule, LibraryRule):
        arguments = ", ".join(f"{key} {_text(value)}" for key, value in (rule.arguments or {}).items())
        values = f"validValues {_text(list(rule.valid_values))}" if rule.valid_values else ""
        among = f" ({arguments or values})" if arguments or values else ""
        unit = f" {rule.unit}" if rule.unit else ""
        return f"{rule.measure}{among} {rule.comparison}{unit}"
    if isinstance(rule, SqlRule):
        return f"({rule.query}) {rule.comparison}"
    if isinstance(rule, CustomRule):
        return f"{rule.engine}: {_text(rule.implementation)}"
    return "in words"


def _levels(exporting: Exporting) -> Iterator[Row]:
    for index, _ in enumerate(exporting.contract.odcs.sla_properties):
        said = [
            exporting.say("slaProperties", index, key)
            for key in ("property", "value", "unit", "element", "description")
        ]
        name, value, unit, element, about = ("" if one is None else _text(one) for one in said)
        yield name, f"{value} {unit}".strip(), " ".join(one for one in (element and f"of {element}", about) if one)


def _servers(exporting: Exporting) -> Iterator[Row]:
    for index, server in enumerate(exporting.contract.odcs.servers):
        name, kind = exporting.say("servers", index, "server"), exporting.say("servers", index, "type")
        skipped = ("server", "type", "roles", "customProperties")
        stated_keys = exporting.facts.get("servers", index)
        where = [f"{key} {_text(exporting.say('servers', index, key))}" for key in stated_keys if key not in skipped]
        yield str(name), str(kind), ", ".join(where)
        assert server.type == kind


def _people(exporting: Exporting) -> Iterator[Row]:
    team = exporting.facts.get("team")
    if isinstance(team, dict) and (name := exporting.say("team", "name")):
        yield str(name), "team", ""
    steps: Loc = ("team", "members") if isinstance(team, dict) else ("team",)
    for index, _ in enumerate(exporting.contract.odcs.members):
        said = [exporting.say(*steps, index, key) for key in ("name", "username", "role", "dateIn")]
        name, username, role, since = ("" if one is None else str(one) for one in said)
        yield " ".join(one for one in (name, f"<{username}>" if name else username) if one), role, since


def _rest(exporting: Exporting) -> Iterator[Row]:
    for loc in exporting.facts.open():
        yield named(exporting.contract, loc), _text(exporting.say(*loc))


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(one)}" for key, one in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)
