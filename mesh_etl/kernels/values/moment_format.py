"""Declared formats of dates and timestamps, in the letters that Java's DateTimeFormatter and Spark use.

A cell has a format exactly when the format would have written it: `dd` is two digits, `d` has no leading zero. Letters
stand for themselves only in quotes ('T'); other signs are literal. There are no two-digit years and no names of zones,
because both would have to be guessed, and no optional parts: a source declares one format for each shape it delivers.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Literal

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE = "[0-5][0-9]"
_HOUR = "[01][0-9]|2[0-3]"
_AHEAD = tuple(f"[+-](?:{_HOUR}){minutes}" for minutes in (f"(?:{_MINUTE})?", _MINUTE, f":{_MINUTE}"))
_FIELDS = {  # letters → part, its regular expression (RE2 and Python read it alike)
    "yyyy": ("year", "[0-9]{4}"),
    "uuuu": ("year", "[0-9]{4}"),
    "MMM": ("month", "|".join(MONTHS)),
    "MM": ("month", "0[1-9]|1[0-2]"),
    "M": ("month", "1[0-2]|[1-9]"),
    "dd": ("day", "0[1-9]|[12][0-9]|3[01]"),
    "d": ("day", "[12][0-9]|3[01]|[1-9]"),
    "HH": ("hour", _HOUR),
    "H": ("hour", "1[0-9]|2[0-3]|[0-9]"),
    "mm": ("minute", _MINUTE),
    "ss": ("second", _MINUTE),
    **{"S" * n: ("fraction", f"[0-9]{{{n}}}" if n <= 6 else f"[0-9]{{6}}0{{{n - 6}}}") for n in range(1, 10)},
    **{"X" * n: ("offset", f"Z|{ahead}") for n, ahead in enumerate(_AHEAD, 1)},
    **{"x" * n: ("offset", ahead) for n, ahead in enumerate(_AHEAD, 1)},
}
_TOKEN = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']", re.DOTALL)
_LETTERS = "yyyy MM M MMM dd d HH H mm ss S… X…"
_FIXES = {
    "yy": "two digits do not tell the year; deliver yyyy",
    "YYYY": "write yyyy; YYYY is the year of a week",
    "DD": "write dd; DD is the day of the year",
    "D": "write d; D is the day of the year",
    "hh": "write HH; hours of am and pm are not read",
    "h": "write H; hours of am and pm are not read",
}
_SAMPLES = (
    datetime.datetime(2011, 12, 10, 13, 14, 15, 161718),
    datetime.datetime(2001, 2, 3, 4, 5, 6, 700000),
    datetime.datetime(1203, 10, 11, 12, 9, 8, 102030),
)


@dataclass(frozen=True)
class MomentFormat:
    """A format as a regular expression for the whole cell, with a named group for each part."""

    text: str
    regex: str
    parts: tuple[str, ...]
    letters: tuple[str, ...]

    def iso(self, cell: str) -> str | None:
        """The cell as ISO 8601 text, None where it has not this format; the day may still be none, as 30 February."""
        match = _compiled(self.regex).fullmatch(cell)
        if not match:
            return None
        found = match.groupdict()
        month = found["month"]
        number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
        day = f"{found['year']}-{number:02}-{int(found['day']):02}"
        if "hour" not in found:
            return day
        clock = f"{int(found['hour']):02}:{found['minute']}:{found.get('second') or '00'}"
        fraction = f".{found['fraction'][:6]}" if "fraction" in found else ""
        return f"{day}T{clock}{fraction}{_offset(found.get('offset') or '')}"

    def write(self, moment: datetime.datetime) -> str:
        """The moment in this format; its offset, where the format has one, is that of the moment or Z."""
        return "".join(_written(token, moment) if token in _FIELDS else _literal(token) for token in self.letters)


@lru_cache(maxsize=256)
def moment_format(text: str, kind: Literal["date", "timestamp"]) -> MomentFormat:
    """The format that `text` spells.

    Raises `ValueError` with the reason when it spells none, or one that some cell could fit in two ways.
    """
    tokens = [match[0] for match in _TOKEN.finditer(text)]
    if "".join(tokens) != text:
        raise ValueError("has a quote that is not closed")
    for token in tokens:
        if token[0].isascii() and token[0].isalpha() and token not in _FIELDS:
            raise ValueError(f"'{token}' is not known; {_FIXES.get(token, f'known are {_LETTERS}, and quoted text')}")
        if token in "[]{}#":
            raise ValueError(f"'{token}' is not known; declare one format for each shape")
    parts = [_FIELDS[token][0] for token in tokens if token in _FIELDS]
    twice = next((part for part in parts if parts.count(part) > 1), None)
    if twice:
        raise ValueError(f"tells the {twice} twice")
    needed = ("year", "month", "day") if kind == "date" else ("year", "month", "day", "hour", "minute")
    missing = next((part for part in needed if part not in parts), None)
    if missing:
        raise ValueError(f"does not tell the {missing}")
    if kind == "date" and len(parts) > 3:
        raise ValueError("tells more than a day")
    if "fraction" in parts and "second" not in parts:
        raise ValueError("tells a fraction without the second")
    for one, next_one in pairwise(tokens):
        if (one in ("M", "d", "H") and _is_digits(next_one)) or (next_one in ("M", "d", "H") and _is_digits(one)):
            raise ValueError(f"'{one}{next_one}' can be read in two ways; use two letters")
    regex = "".join(
        "(?P<{}>{})".format(*_FIELDS[token]) if token in _FIELDS else re.escape(_literal(token)) for token in tokens
    )
    return MomentFormat(text, f"^(?:{regex})$", tuple(parts), tuple(tokens))


def check_formats(texts: Sequence[str], kind: Literal["date", "timestamp"]) -> None:
    """All formats are readable, and no two read a text as different moments.

    Raises `ValueError` with the reason.
    """
    for text in texts:
        try:
            moment_format(text, kind)
        except ValueError as error:
            raise ValueError(f"'{text}': {error}") from None
    for one, other in combinations([moment_format(text, kind) for text in texts], 2):
        for sample in _SAMPLES:
            for written in (one.write(sample), other.write(sample)):
                readings = {found for found in (one.iso(written), other.iso(written)) if found}
                if len({_moment(found) for found in readings}) > 1:
                    raise ValueError(f"'{one.text}' and '{other.text}' cannot be told apart")


@lru_cache(maxsize=256)
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


def _moment(text: str) -> object:
    """What is compared: the moment, or the text where it is none (13 February 30)."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return text


def _offset(text: str) -> str:
    if text in ("", "Z"):
        return text
    digits = text[1:].replace(":", "").ljust(4, "0")
    return f"{text[0]}{digits[:2]}:{digits[2:]}"


def _written(token: str, moment: datetime.datetime) -> str:
    part = _FIELDS[token][0]
    if part == "offset":
        offset = moment.utcoffset()
        text = "+00:00" if offset is None else moment.strftime("%z")[:5]
        if not offset and token[0] == "X":
            return "Z"
        hours, minutes = text[:3], text[-2:]
        return hours + {1: minutes.replace("00", ""), 2: minutes, 3: f":{minutes}"}[len(token)]
    if part == "fraction":
        return f"{moment.microsecond:06}".ljust(9, "0")[: len(token)]
    number = int(getattr(moment, part))
    return MONTHS[number - 1] if token == "MMM" else f"{number:0{len(token)}}"


def _literal(token: str) -> str:
    if token == "''":
        return "'"
    return token[1:-1].replace("''", "'") if token.startswith("'") else token


def _is_digits(token: str) -> bool:
    if token in _FIELDS:
        return token != "MMM" and _FIELDS[token][0] != "offset"
    text = _literal(token)
    return bool(text) and (text[0].isdigit() or text[-1].isdigit())
