"""The constraints of AWS's own model that botocore leaves to the service: lengths, sizes, enums and patterns.

botocore has checked before that required members are there, that no unknown one is, and the types.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# The patterns are Java's. There a character beyond U+FFFF is a surrogate pair, and Unicode's categories have classes.
_PAIRS, _BEYOND = r"\uD800\uDC00-\uDBFF\uDFFF", "\U00010000-\U0010ffff"
_CATEGORY = re.compile(r"\\p\{(\w)\}")
PLANES = (0x7F, 0xFFFF, 0x10FFFF)  # ASCII, the basic plane, all of Unicode: most texts need the first, which is quick


def violations(shape: Any, value: Any, path: str = "") -> list[str]:
    """What the members of `value` break of the model's constraints, as AWS words it but without the values."""
    return [f"Value at '{where}' failed to satisfy constraint: {what}" for where, what in _walk(shape, value, path)]


def _walk(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    yield from ((path, problem) for problem in _own(shape, value))
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _walk(member, value[name], f"{path}.{_camel(name)}" if path else _camel(name))
    elif shape.type_name == "list":
        for number, item in enumerate(value, start=1):
            yield from _walk(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _walk(shape.key, key, f"{path}.key")
            yield from _walk(shape.value, item, f"{path}.value")


def _own(shape: Any, value: Any) -> Iterator[str]:
    limits = shape.metadata
    if shape.type_name in ("string", "list", "map", "blob"):
        size = _java_length(value) if isinstance(value, str) else len(value)
        if size < limits.get("min", 0):
            yield f"Member must have length greater than or equal to {limits['min']}"
        if "max" in limits and size > limits["max"]:
            yield f"Member must have length less than or equal to {limits['max']}"
    elif shape.type_name in ("integer", "long", "float", "double"):
        if "min" in limits and value < limits["min"]:
            yield f"Member must have value greater than or equal to {limits['min']}"
        if "max" in limits and value > limits["max"]:
            yield f"Member must have value less than or equal to {limits['max']}"
    if limits.get("enum") and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if "pattern" in limits and isinstance(value, str):
        last = PLANES[0] if value.isascii() else next(last for last in PLANES if ord(max(value)) <= last)
        if not compiled(limits["pattern"], last).fullmatch(value):
            yield "Member must satisfy regular expression pattern: " + limits["pattern"]


def _java_length(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


@cache
def compiled(pattern: str, last: int = PLANES[-1]) -> re.Pattern[str]:
    """The model's pattern as Python reads it, for texts whose characters go up to `last`.

    Raises `re.error` for what is special to Java beyond that; a test says that no implemented call has such a pattern.
    """
    return re.compile(_CATEGORY.sub(lambda found: _characters(found[1], last), pattern.replace(_PAIRS, _BEYOND)))


@cache
def _characters(category: str, last: int) -> str:
    """The characters of a category of Unicode, L for letters, as the ranges of a class."""
    ranges: list[list[int]] = []
    for point in range(last + 1):
        if not unicodedata.category(chr(point)).startswith(category):
            continue
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{end:08x}" for first, end in ranges)
