"""Where rows are by their tags alone, found without reading XML: to count rows, and to cut a document between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_NO_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_TAG_NAME = re.compile(rb"<([^\s/>]+)")
_SLASH = ord("/")


class Tags:
    """The tags of rows by their local name, with any prefix."""

    def __init__(self, local: str) -> None:
        self._name = local.encode()
        name, prefix = re.escape(self._name), rb"(?:[^\s<>/:!?\"'=]+:)?"
        tag = rb"</?%b%b(?=[\s/>])[^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*>"
        self._bare, self._tag = re.compile(tag % (b"", name)), re.compile(tag % (prefix, name))
        self._end = re.compile(rb"</%b%b\s*>" % (prefix, name))

    def spans(self, block: bytes) -> list[tuple[int, int]]:
        """Begin and end of each whole row, those inside of other rows left out; no row must be open at the begin."""
        block = _blanked(block)
        found: list[tuple[int, int]] = []
        depth = start = 0
        for match in self._found(block):
            begin, end = match.span()
            if block[begin + 1] == _SLASH:
                depth -= 1
                if depth == 0:
                    found.append((start, end))
            elif block[end - 2] == _SLASH:
                if depth == 0:
                    found.append((begin, end))
            else:
                if depth == 0:
                    start = begin
                depth += 1
        return found

    def count(self, block: bytes) -> int:
        """The number of rows that begin in the block, those inside of other rows left out."""
        block = _blanked(block)
        count = depth = 0
        for match in self._found(block):
            begin, end = match.span()
            if block[begin + 1] == _SLASH:
                depth -= 1
                continue
            count += depth == 0
            depth += block[end - 2] != _SLASH
        return count

    def _found(self, block: bytes) -> Iterator[re.Match[bytes]]:
        return (self._tag if b":" + self._name in block else self._bare).finditer(block)

    def next_end(self, block: bytes, begin: int) -> int:
        """Where the first end tag from `begin` on is over, or the block."""
        match = self._end.search(block, begin)
        return match.end() if match else len(block)


def end_of(block: bytes, start: int, end: int) -> int:
    """The end of a row whose parser stopped at its end tag, or behind it where the tag that opens it closes it too."""
    name: Any = _TAG_NAME.match(block, start)
    tag = b"</" + name[1]
    if block.startswith(tag, end) and block[end + len(tag) : end + len(tag) + 1] in (b">", b" ", b"\t", b"\r", b"\n"):
        return block.index(b">", end) + 1
    return end


def _blanked(block: bytes) -> bytes:
    """The block with blanks for comments, CDATA sections and processing instructions."""
    if b"<!" not in block and b"<?" not in block:
        return block
    return _NO_MARKUP.sub(lambda match: b" " * len(match[0]), block)
