"""The words of DQDL, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r'(?P<space>\s+|\#[^\n]*)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)'
    r"|(?P<sign>!=|>=|<=|[][(){},:=<>$+*/-])",
    re.DOTALL,
)


class Malformed(ValueError):
    """The text is no DQDL; `offset` says where it stops being it."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.offset = offset


@dataclass(frozen=True)
class Token:
    """A word: its kind (text, number, word or sign), what it says, and where it begins and ends."""

    kind: str
    value: str
    start: int
    end: int


def tokens(source: str) -> list[Token]:
    """The words of the text without comments. Raises `Malformed` for a character that begins none."""
    found, at = [], 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise Malformed("a quotation mark is not closed" if source[at] == '"' else "an unexpected character", at)
        kind, value = str(match.lastgroup), match[0]
        if kind != "space":
            plain = re.sub(r'\\(["\\])', r"\1", value[1:-1]) if kind == "text" else value
            found.append(Token(kind, plain, at, match.end()))
        at = match.end()
    return found
