"""What stands around the records of a JSON document: where their array begins, and whether the rest is JSON.

Codes: NOT_THIS_FORMAT, RECORDS_MISSING, TRAILING_CONTENT, TRUNCATED, RECORD_TOO_LONG.
"""

from __future__ import annotations

import json
import re
from typing import BinaryIO

from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.json.keys import Path
from mesh_etl.kernels.json.scan import truncated
from mesh_etl.kernels.json.text import Refused, decoded, utf8
from mesh_etl.kernels.text.blocks import RECORD_BYTES, too_long

_TOKEN = re.compile(rb'[ \t\r\n]*(?:([\[\]{},:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s\[\]{},:"]+))', re.DOTALL)
_FIRST_BYTES = 1 << 16


def begin(stream: BinaryIO, path: Path, file: str) -> tuple[bytes, bytes]:
    """The text up to and with the bracket of the array at `path`, and what was read behind it.

    Raises `RunError`.
    """
    head, size = b"", _FIRST_BYTES
    while piece := stream.read(size):
        head += piece
        end = _array(head, path, file)
        if end:
            return head[:end], head[end:]
        if len(head) > RECORD_BYTES:
            raise too_long(file)
        size = len(head)
    raise truncated(file)


def check(head: bytes, tail: bytes, path: Path, file: str) -> None:
    """The text around the records is JSON with an empty array in their place.

    Raises `RunError`.
    """
    if not path and tail[:1] == b"]" and tail[1:].strip():
        problem, fix = "the file goes on after its array", "deliver one array, or set layout: documents"
        raise RunError(Fault("TRAILING_CONTENT", problem, file, fix))
    try:
        found = decoded(utf8(head + tail))
        for key in path:
            found = found[key]
        if found == []:
            return
    except (Refused, KeyError, TypeError):
        pass
    problem, fix = "what stands around the records is no JSON that has each key once", "deliver it as JSON"
    raise RunError(Fault("NOT_THIS_FORMAT", problem, file, fix))


def _array(head: bytes, path: Path, file: str) -> int | None:
    """The position behind the bracket of the array at `path`; None while it has not come."""
    open_: list[str | None] = []  # the keys under which the containers stand; None for items of an array
    objects: list[bool] = []
    key: str | None = None
    expects_key = False
    position = 0
    while match := _TOKEN.match(head, position):
        position = match.end()
        sign, text = match[1], match[2]
        if sign in (b"{", b"["):
            here = [*open_[1:], key] if open_ else []
            if sign == b"[" and here == list(path):
                return position
            if not path:
                raise _missing(path, file)
            open_.append(key)
            objects.append(sign == b"{")
            key, expects_key = None, sign == b"{"
        elif sign in (b"}", b"]"):
            if len(open_) < 2:
                raise _missing(path, file)
            open_.pop()
            objects.pop()
            key, expects_key = None, False
        elif sign == b",":
            key, expects_key = None, bool(objects) and objects[-1]
        elif text and expects_key:
            key, expects_key = _key(text), False
        elif not objects and sign != b":":
            raise _missing(path, file)
    return None


def _key(text: bytes) -> str | None:
    try:
        return str(json.loads(text))
    except ValueError:
        return None


def _missing(path: Path, file: str) -> RunError:
    if not path:
        fix = "say where it is, as in path: data.items, or set layout: lines or documents"
        return RunError(Fault("RECORDS_MISSING", "the file is no array", file, fix))
    problem = f"there is no array at '{'.'.join(path)}'"
    return RunError(Fault("RECORDS_MISSING", problem, file, "check the source's path against the file"))
