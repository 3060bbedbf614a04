"""Strict JSON that knows where everything stands, for schemas that other tools wrote."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from mesh_etl.config.document import Document, Loc, Place
from mesh_etl.config.yaml import MAX_BYTES, MAX_DEPTH, UNREADABLE
from mesh_etl.errors import ConfigError, Fault

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}


def read(path: Path, name: str) -> Document:
    """The document in the file, which messages call `name`.

    Raises `ConfigError`: FILE_MISSING, FILE_UNREADABLE, FILE_TOO_LARGE, NOT_UTF8, and what `parse` raises.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(Fault("FILE_MISSING", "there is no such file", name, "check the path")) from None
    except OSError as error:
        reason = error.strerror or "the system refuses"
        raise ConfigError(Fault("FILE_UNREADABLE", f"the file cannot be read: {reason}", name, UNREADABLE)) from error
    if len(raw) > MAX_BYTES:
        raise ConfigError(Fault("FILE_TOO_LARGE", f"the file is larger than {MAX_BYTES:,} bytes", name, "split it"))
    try:
        return parse(raw.decode("utf-8-sig"), name)
    except UnicodeDecodeError:
        raise ConfigError(Fault("NOT_UTF8", "the file is not UTF-8", name, "save it as UTF-8")) from None


def parse(text: str, name: str) -> Document:
    """The document that `text` holds.

    Raises `ConfigError`: JSON_SYNTAX, DUPLICATE_KEY, TOO_DEEP, each with its place.
    """
    reading = _Reading(text, name)
    data, end = reading.value(reading.skip(0), (), 0)
    if reading.skip(end) < len(text):
        raise reading.fault("JSON_SYNTAX", "something follows the document", reading.skip(end))
    return Document(name, data, reading.places)


class _Reading:
    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.places: dict[Loc, Place] = {}
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def skip(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def fault(self, code: str, problem: str, at: int, fix: str = "") -> ConfigError:
        line, column = self._position(at)
        return ConfigError(Fault(code, problem, f"{self.name}:{line}:{column}", fix))

    def value(self, at: int, loc: Loc, key: int) -> tuple[Any, int]:
        if len(loc) > MAX_DEPTH:
            raise self.fault("TOO_DEEP", f"the nesting is deeper than {MAX_DEPTH} levels", at, "flatten it")
        self.places[loc] = Place(*self._position(at), *self._position(key), None)
        sign = self.text[at : at + 1]
        if sign == "{":
            return self._object(at, loc)
        if sign == "[":
            return self._list(at, loc)
        if sign == '"':
            return self._string(at)
        for word, value in _WORDS.items():
            if self.text.startswith(word, at):
                return value, at + len(word)
        number = _NUMBER.match(self.text, at)
        if not number:
            raise self.fault("JSON_SYNTAX", "a value is missing here", at, "write strict JSON, without comments")
        try:
            return json.loads(number[0]), number.end()
        except ValueError:
            raise self.fault("JSON_SYNTAX", "the number is too long", at) from None

    def _object(self, at: int, loc: Loc) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self.skip(at + 1)
        while self.text[at : at + 1] != "}":
            if found:
                at = self._expect(",", at)
            key, start = at, at
            name, at = self._string(at)
            if name in found:
                raise self.fault("DUPLICATE_KEY", "the key stands here a second time", start, "remove one of them")
            at = self._expect(":", self.skip(at))
            found[name], at = self.value(at, (*loc, name), key)
            at = self.skip(at)
        return found, at + 1

    def _list(self, at: int, loc: Loc) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self.skip(at + 1)
        while self.text[at : at + 1] != "]":
            if found:
                at = self._expect(",", at)
            one, at = self.value(at, (*loc, len(found)), at)
            found.append(one)
            at = self.skip(at)
        return found, at + 1

    def _string(self, at: int) -> tuple[str, int]:
        if self.text[at : at + 1] != '"':
            raise self.fault("JSON_SYNTAX", "a text in double quotes is missing here", at)
        try:
            return scanstring(self.text, at + 1, True)  # type: ignore[no-any-return]
        except ValueError:
            raise self.fault("JSON_SYNTAX", "the text has a wrong escape or no end", at) from None

    def _expect(self, sign: str, at: int) -> int:
        if self.text[at : at + 1] != sign:
            raise self.fault("JSON_SYNTAX", f"'{sign}' is missing here", at)
        return self.skip(at + 1)

    def _position(self, at: int) -> tuple[int, int]:
        from bisect import bisect_right

        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1
