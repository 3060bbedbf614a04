"""Plain data as YAML text of one line, and text that is safe in a comment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./()-]+)*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(value: str) -> str:
    """The text as a YAML scalar: bare where it can be, in double quotes where it could be read as anything else."""
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return value if plain else quoted(value)


def quoted(value: str) -> str:
    """The text as a YAML scalar in double quotes; what cannot be printed is written by its number."""
    return '"' + "".join(map(_escaped, value)) + '"'


def flow(value: Any) -> str:
    """The value in YAML's flow style, which reads as the very same value."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return json.dumps(value)


def comment(text: str) -> str:
    """The text as it can stand in a comment: on one line, without control characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _escaped(sign: str) -> str:
    if sign in _ESCAPES or sign.isprintable():
        return _ESCAPES.get(sign, sign)
    return f"\\U{ord(sign):08x}"  # YAML knows no surrogates, which JSON writes
