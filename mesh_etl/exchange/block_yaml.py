"""Plain data as YAML in blocks, with comments above or behind the keys that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mesh_etl.config.document import Loc
from mesh_etl.crawl.yaml_text import comment, flow, scalar

Comments = Mapping[Loc, tuple[str, ...]]
_WIDE = 100


def text(data: Mapping[str, Any], comments: Comments | None = None) -> str:
    """The data as a YAML document that reads as the very same data."""
    return "\n".join(_mapping(data, (), comments or {})) + "\n"


def _mapping(data: Mapping[str, Any], loc: Loc, comments: Comments) -> Iterator[str]:
    for key, value in data.items():
        here = (*loc, key)
        yield from (f"# {comment(line)}" for line in comments.get(here, ()))
        yield from _under(f"{scalar(str(key))}:", value, here, comments, "  ")


def _under(head: str, value: Any, loc: Loc, comments: Comments, indent: str) -> Iterator[str]:
    inline = flow(value)
    short = len(inline) + len(head) < _WIDE and not any(known[: len(loc)] == loc and known != loc for known in comments)
    if not isinstance(value, dict | list | tuple) or not value or (short and _flat(value)):
        yield f"{head} {inline}"
        return
    yield head
    inner = _mapping(value, loc, comments) if isinstance(value, dict) else _list(value, loc, comments)
    yield from (f"{indent}{line}" for line in inner)


def _list(data: list[Any] | tuple[Any, ...], loc: Loc, comments: Comments) -> Iterator[str]:
    for index, value in enumerate(data):
        here = (*loc, index)
        yield from (f"# {comment(line)}" for line in comments.get(here, ()))
        if isinstance(value, dict) and value and not _small(value, here, comments):
            lines = _mapping(value, here, comments)
            yield f"- {next(lines)}" if not _starts_with_comment(value, here, comments) else "-"
            yield from (f"  {line}" for line in lines)
        else:
            yield f"- {flow(value)}"


def _small(value: Any, loc: Loc, comments: Comments) -> bool:
    below = any(known[: len(loc)] == loc and known != loc for known in comments)
    return _flat(value) and len(flow(value)) < _WIDE and not below


def _starts_with_comment(value: dict[str, Any], loc: Loc, comments: Comments) -> bool:
    return bool(comments.get((*loc, next(iter(value)))))


def _flat(value: Any) -> bool:
    """Whether the value reads well on one line: scalars, and at most one level of them."""
    if isinstance(value, dict):
        return len(value) <= 4 and all(not isinstance(one, dict | list | tuple) or not one for one in value.values())
    if isinstance(value, list | tuple):
        return all(not isinstance(one, list | tuple) and (not isinstance(one, dict) or len(one) <= 1) for one in value)
    return True
