"""Text in which a character before another one takes away its meaning, as in `a\\,b`.

Only what needs it may be escaped: the delimiter, the quote, the escape itself, the mark of comments and, where records
may have several lines, a line feed. Anything else (`C:\\temp`, or `\\n` for a line feed) could be meant in several ways
and is refused: BAD_ESCAPE. Tokens that mean NULL may begin with the escape, as MySQL's and PostgreSQL's `\\N`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mesh_etl.kernels.text.records import Marks, quoted


@dataclass(frozen=True)
class Unescaped:
    """A block whose escapes are all known: its shape without them, and its text for Arrow with the tokens of NULL."""

    shape: bytes
    text: bytes
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Escapes:
    """How a source escapes; `nulls` are its tokens of NULL, `multiline` says whether line feeds may be escaped."""

    escape: str
    marks: Marks
    nulls: tuple[str, ...] = ()
    multiline: bool = False

    def shape(self, block: bytes) -> bytes:
        """The block with each escape and the character after it made zeros, so that they are no marks any more."""
        if self.escape.encode() not in block:
            return block
        return self._pair.sub(b"\0\0", block)

    def known(self, block: bytes) -> Unescaped | None:
        """The block for Arrow, or None when it holds an escape that is not known."""
        shape = self.shape(block)
        escape = self.escape.encode()
        if escape not in shape:
            return Unescaped(shape, block)
        if not self._tokens:
            return None
        bare = self._token.sub(lambda match: b"\0" * len(match.group()), shape)
        if escape in bare:
            return None
        held = np.frombuffer(bare, np.uint8) != np.frombuffer(shape, np.uint8)
        has_quotes = self.marks.quote and self.marks.quote.encode() in bare
        if has_quotes and quoted(bare, self.marks).holds(np.flatnonzero(held)).any():
            return None
        # Arrow would read \N as N: the token is written in a character that this block does not have.
        free = next((code for code in range(1, 32) if code not in (9, 10, 13) and bytes([code]) not in block), None)
        if free is None:
            return None
        text = np.frombuffer(block, np.uint8).copy()
        text[held] = free
        return Unescaped(bare, text.tobytes(), tuple(chr(free) * len(token) for token in self._tokens))

    @cached_property
    def _tokens(self) -> tuple[str, ...]:
        return tuple(one for one in self.nulls if self.escape in one)

    @cached_property
    def _pair(self) -> re.Pattern[bytes]:
        marks = self.marks
        allowed = {marks.delimiter, marks.quote, marks.comment, self.escape, "\n" if self.multiline else ""}
        ones = b"".join(re.escape(one.encode()) for one in sorted(allowed))
        return re.compile(rb"%b[%b]" % (re.escape(self.escape.encode()), ones))

    @cached_property
    def _token(self) -> re.Pattern[bytes]:
        delimiter = re.escape(self.marks.delimiter.encode())
        tokens = b"|".join(re.escape(one.encode()) for one in self._tokens)
        return re.compile(rb"(?:(?<=[%b\n])|\A)(?:%b)(?=%b|\r?\n|\Z)" % (delimiter, tokens, delimiter))
