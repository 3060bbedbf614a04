"""A job's text with one thing more in it; every other byte stays: comments, order, quotes and layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_etl.crawl.yaml_text import flow, scalar
from mesh_etl.errors import ConfigError, Fault

Node = Any  # of ruamel.yaml, whose nodes do not tell what they hold

_WIDEST = 100
_FIRST = "target"  # the key that what is new stands before


def spelled(data: Mapping[str, Any]) -> str:
    """A job's data as a text that can be edited: a key a line, and two deep."""
    lines: list[str] = []
    for key, value in data.items():
        if value and isinstance(value, Mapping):
            lines += [f"{scalar(key)}:", *(f"  {scalar(name)}: {flow(one)}" for name, one in value.items())]
        elif value and isinstance(value, list):
            lines += [f"{scalar(key)}:", *(f"  - {flow(one)}" for one in value)]
        else:
            lines.append(f"{scalar(key)}: {flow(value)}")
    return "\n".join(lines) + "\n"


def appended(text: str, key: str, value: Mapping[str, Any]) -> str:
    """The text with `value` as the last element of the list under `key`, which is made where there is none."""
    found = _pairs(_root(text)).get(key)
    if found is None:
        return _section(text, f"{key}:\n  - {flow(value)}")
    _, items = found
    if not isinstance(items.value, list):
        raise _unfit(key)
    if items.flow_style:
        at = items.value[-1].end_mark.index if items.value else items.start_mark.index + 1
        return f"{text[:at]}{', ' if items.value else ''}{flow(value)}{text[at:]}"
    return _line(text, items, f"{' ' * items.start_mark.column}- {flow(value)}")


def put(text: str, section: str, key: str, value: Any) -> str:
    """The text in which `key` of the section says `value`; section and key are made where there are none."""
    found = _pairs(_root(text)).get(section)
    if found is None:
        return _section(text, f"{section}:\n{_pair(key, value, 2)}")
    _, inside = found
    pairs = _pairs(inside) if _is_mapping(inside) else None
    if pairs is None:
        raise _unfit(section)
    if key in pairs:
        name, old = pairs[key]
        at = _colon(text, name)
        if _is_empty(old):
            return f"{text[:at]} {flow(value)}{text[at:]}"
        # A list may stand as far left as its key, where no other value may: it comes behind the colon or its comment.
        gap = text[at : old.start_mark.index]
        return text[:at] + (f"{gap}  " if gap.strip() else " ") + flow(value) + text[_end(text, old) :]
    if inside.flow_style:
        at = inside.value[-1][1].end_mark.index if inside.value else inside.start_mark.index + 1
        return f"{text[:at]}{', ' if inside.value else ''}{scalar(key)}: {flow(value)}{text[at:]}"
    return _line(text, inside, _pair(key, value, inside.start_mark.column))


def _pair(key: str, value: Any, indent: int) -> str:
    """The key and its value in one line, or a key a line where that would be long."""
    line = f"{' ' * indent}{scalar(key)}: {flow(value)}"
    if len(line) <= _WIDEST or not isinstance(value, Mapping):
        return line
    pairs = (f"{' ' * (indent + 2)}{scalar(str(name))}: {flow(one)}" for name, one in value.items())
    return "\n".join((f"{' ' * indent}{scalar(key)}:", *pairs))


def _root(text: str) -> Node:
    from ruamel.yaml import YAML

    found: Node = YAML(typ="rt", pure=True).compose(text)
    return found


def _is_mapping(node: Node) -> bool:
    from ruamel.yaml.nodes import MappingNode

    return isinstance(node, MappingNode)


def _pairs(node: Node) -> dict[str, tuple[Node, Node]]:
    """The keys of a mapping with the nodes of key and value."""
    return {key.value: (key, value) for key, value in node.value}


def _section(text: str, lines: str) -> str:
    """The text with the lines as a section of their own, before the target where it can stand there."""
    root = _root(text)
    if root.flow_style:
        raise _unfit("")
    newline = _newline(text)
    lines = lines.replace("\n", newline) + newline
    found = _pairs(root).get(_FIRST)
    if found is None:
        return f"{text}{'' if text.endswith(newline) else newline}{lines}"
    at = found[0].start_mark.index
    return text[:at] + lines + text[at:]


def _line(text: str, within: Node, line: str) -> str:
    """The text with the lines after the last one of a block, and after the comment that stands beside that."""
    last = _end(text, within)
    stop = text.find("\n", last)
    newline = _newline(text)
    line = line.replace("\n", newline)
    if stop < 0:
        return f"{text}{newline}{line}{newline}"
    return f"{text[: stop + 1]}{line}{newline}{text[stop + 1 :]}"


def _end(text: str, node: Node) -> int:
    """Where the last sign of the node is; a block's own mark stands behind the comments that follow it."""
    while not isinstance(node.value, str) and not node.flow_style and node.value:
        last = node.value[-1]
        name, node = last if isinstance(last, tuple) else (None, last)
        if name is not None and _is_empty(node):
            return _colon(text, name)
    start: int = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip())


def _is_empty(node: Node) -> bool:
    """Whether nothing stands there; the mark of what is not there is that of the next key."""
    return bool(node.value == "" and not node.style)


def _colon(text: str, name: Node) -> int:
    """Where the colon of a key ends."""
    return text.index(":", name.end_mark.index) + 1


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _unfit(key: str) -> ConfigError:
    what = (
        f"'{key}' is not written as a list or a block that could be added to" if key else "the file is one flow mapping"
    )
    return ConfigError(Fault("JOB_LAYOUT", what, "job.yaml", "write it one key a line, as mesh-etl init does"))
