"""The grammar of column types that the catalogue accepts: Hive's."""

from __future__ import annotations

import re

PRIMITIVE = {
    "boolean", "tinyint", "smallint", "int", "integer", "bigint", "float", "double", "string", "binary",
    "date", "timestamp",
}  # fmt: skip
_LENGTH = {"char": 255, "varchar": 65535}
_DECIMAL = re.compile(r"decimal(?:\((\d{1,2})(?:,(\d{1,2}))?\))?")
_SIZED = re.compile(r"(char|varchar)\((\d{1,5})\)")
_NAME = re.compile(r"[^\s:,<>()]+")


def is_type(text: str) -> bool:
    """Whether `text` spells a type; spaces and case do not matter."""
    return _is_type(re.sub(r"\s+", "", text.lower()))


def is_primitive(text: str) -> bool:
    """Whether `text` spells a type without parts, the only kind that a partition key may have."""
    return is_type(text) and "<" not in text


def _is_type(text: str) -> bool:
    if text in PRIMITIVE:
        return True
    if match := _DECIMAL.fullmatch(text):
        precision, scale = int(match[1] or 10), int(match[2] or 0)
        return 1 <= precision <= 38 and scale <= precision
    if match := _SIZED.fullmatch(text):
        return 1 <= int(match[2]) <= _LENGTH[match[1]]
    outer, bracket, inner = text.partition("<")
    if not bracket or not inner.endswith(">"):
        return False
    return _has_parts(outer, _split(inner[:-1]))


def _has_parts(outer: str, parts: list[str]) -> bool:
    if outer == "array":
        return len(parts) == 1 and _is_type(parts[0])
    if outer == "map":
        return len(parts) == 2 and "<" not in parts[0] and all(_is_type(part) for part in parts)
    if outer == "struct":
        return all(_is_field(part) for part in parts)
    return outer == "uniontype" and all(_is_type(part) for part in parts)


def _is_field(text: str) -> bool:
    name, colon, kind = text.partition(":")
    return bool(colon and _NAME.fullmatch(name)) and _is_type(kind)


def _split(text: str) -> list[str]:
    """The parts between the commas that stand outside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
