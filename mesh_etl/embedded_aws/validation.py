"""The constraints of AWS's own model that botocore leaves to the service: lengths, sizes, enums and patterns.

botocore has checked before that required members are there, that no unknown one is, and the types.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# Written for Java, where a character beyond U+FFFF is a surrogate pair, and not readable by Python's `re`. They say
# which control characters a text may hold. The third one is \p{L}\p{N}\p{P}, of calls that are not implemented.
_NO_LINES = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"
_LINES = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*"
_IN_PYTHON = {
    _NO_LINES: "[\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff\t]*",
    _LINES: "[\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff\r\n\t]*",
}


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
        pattern = compiled(limits["pattern"])
        if pattern and not pattern.fullmatch(value):
            yield "Member must satisfy regular expression pattern: " + limits["pattern"]


def _java_length(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The model's pattern as Python reads it, or None where it cannot."""
    try:
        return re.compile(_IN_PYTHON.get(pattern, pattern))
    except re.error:
        return None  # a Java-only class: AWS checks it, and no implemented call depends on it
