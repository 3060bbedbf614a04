"""Which encoding the text of a file is in: proven by a mark or by UTF-8's own grammar, supposed otherwise."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from mesh_etl.errors import ConfigError, Fault

_MARKS = {  # the longer marks first: that of UTF-32 begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
_CONTROLS = frozenset(range(32)) - {1, 9, 10, 12, 13}  # \x01 is Hive's delimiter
_UNUSED = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))  # the bytes that Windows-1252 leaves out


@dataclass(frozen=True)
class Encoding:
    """A codec's name, and whether the bytes prove it."""

    name: str
    proven: bool = True


def encoding_of(head: bytes, where: str) -> Encoding:
    """The encoding of the text that begins with `head`. Raises `ConfigError` NOT_TEXT for what is no text at all."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return Encoding(name)
    if wide := _wide(head):
        return Encoding(wide)
    if sum(head.count(byte) for byte in _CONTROLS) > len(head) // 1000:
        fix = "name a file of text, or one whose suffix tells its format"
        raise ConfigError(Fault("NOT_TEXT", "the file is no text and of no known format", where, fix))
    if is_utf8(head):
        return Encoding("utf-8")
    return Encoding("cp1252" if not _UNUSED & set(head) else "latin-1", proven=False)


def is_utf8(head: bytes) -> bool:
    """Whether the bytes are UTF-8, of which a last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: in text of the Latin alphabet every second byte is zero."""
    if len(head) < 4:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.7 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.7 and odd < half * 0.05 else ""
