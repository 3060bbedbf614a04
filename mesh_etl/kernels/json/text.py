"""JSON text to Python values, strictly: each key once, nothing behind the value, no number lost.

Codes: NOT_JSON, DUPLICATE_KEY, TOO_DEEP, ENCODING.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

DEPTH = 100
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"{[")] = 1
_STEPS[list(b"}]")] = -1
_OUT_OF_RANGE = 10**400  # no type holds it
_LONG = 400


class Refused(Exception):
    """The text is not what it should be; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Number(str):
    """A number with a point or an exponent, as it is written: its type decides what becomes of the digits."""

    __slots__ = ()


def decoded(text: str) -> Any:
    """The value that `text` is: dict, list, str, int, `Number`, bool or None.

    An integer of more than 400 digits, which no type holds, is replaced by another such: reading it would take time
    that grows with the square of its length. Raises `Refused`.
    """
    if text.count("{") + text.count("[") > DEPTH and _depth(text) > DEPTH:
        raise Refused("TOO_DEEP")
    text = text.strip(" \t\r\n")
    try:
        try:
            found, end = _scan(text, 0)
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError):
                raise
            found, end = _scan_carefully(text, 0)  # Python reads no integer of thousands of digits
    except (json.JSONDecodeError, StopIteration):
        raise Refused("NOT_JSON") from None
    except RecursionError:
        raise Refused("TOO_DEEP") from None
    if end != len(text):
        raise Refused("NOT_JSON")
    return found


def utf8(raw: bytes) -> str:
    """The text of these bytes. Raises `Refused` ENCODING."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("ENCODING") from None


def outside_strings(block: bytes) -> bytes:
    """What stands outside of strings, with an `s` for each of them; `block` must begin outside of one."""
    parts = block.replace(b"\\\\", b"s").replace(b'\\"', b"s").split(b'"')
    return b"s".join(parts[::2])


def marked(block: bytes, marks: bytes) -> np.ndarray:
    """The positions in the block at which one of these characters stands."""
    table = bytes(sign in marks for sign in range(256))
    return np.flatnonzero(np.frombuffer(block.translate(table), np.bool_))


def depths(signs: np.ndarray) -> np.ndarray:
    """The depth after each of these characters, when it is 0 before the first."""
    return np.cumsum(_STEPS[signs], dtype=np.int64)


def _depth(text: str) -> int:
    outside = outside_strings(text.encode("utf-8", "surrogatepass"))
    return int(depths(np.frombuffer(outside, np.uint8)).max(initial=0))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("DUPLICATE_KEY")
    return found


def _integer(text: str) -> int:
    if len(text) <= _LONG:
        return int(text)
    return -_OUT_OF_RANGE if text.startswith("-") else _OUT_OF_RANGE


def _no_constant(_: str) -> Any:
    raise Refused("NOT_JSON")


def _scanner(**options: Any) -> Callable[[str, int], tuple[Any, int]]:
    hooks: dict[str, Any] = {"object_pairs_hook": _object, "parse_float": Number, "parse_constant": _no_constant}
    decoder: Any = json.JSONDecoder(**hooks, **options)
    scan: Callable[[str, int], tuple[Any, int]] = decoder.scan_once
    return scan


_scan = _scanner()
_scan_carefully = _scanner(parse_int=_integer)
