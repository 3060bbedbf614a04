"""The text of a file as UTF-8, whatever it is compressed with and encoded in.

Compression is told by the first bytes, never by the name. Bytes that are no text in the declared encoding are passed
on as bytes that are no UTF-8, so that the record that holds them is rejected and no other. Codes: COMPRESSION_BROKEN,
EXPANDS_TOO_FAR, NOT_THIS_FORMAT.
"""

from __future__ import annotations

import codecs
import io
from typing import Any, BinaryIO, cast

import pyarrow as pa

from mesh_etl.errors import Fault, RunError
from mesh_etl.stores import InputFile

_MAGIC = {b"\x1f\x8b\x08": "gzip", b"\x28\xb5\x2f\xfd": "zstd"} | {
    b"BZh%d1AY&SY" % level: "bz2" for level in range(1, 10)
}
_FOREIGN = {
    b"PK\x03\x04": "a zip archive", b"PK\x05\x06": "a zip archive", b"\xfd7zXZ\x00": "xz-compressed",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive", b"Obj\x01": "Avro",
}  # fmt: skip
READ_BYTES = 1 << 20
# Repetitive text shrinks to a fiftieth; what grows further than this, past the first 256 MB, is an attack or accident.
EXPANSION_LIMIT = 200
EXPANSION_FLOOR = 256 << 20


def codec(begin: bytes, path: str) -> str | None:
    """What a file that begins so is compressed with: gzip, bz2, zstd, or None.

    Raises `RunError` NOT_THIS_FORMAT for archives and columnar files, which are no text.
    """
    for magic, name in _MAGIC.items():
        if begin.startswith(magic):
            return name
    for magic, name in _FOREIGN.items():
        if begin.startswith(magic):
            fix = "unpack it, or change the source's type"
            raise RunError(Fault("NOT_THIS_FORMAT", f"the file is no text: it is {name}", path, fix))
    return None


def utf8_stream(file: InputFile, encoding: str = "utf-8") -> BinaryIO:
    """The text of the file as UTF-8, from its first byte on, without UTF-16's byte order mark, but with that of UTF-8.

    Can be sought only where byte positions are those of the file. Raises `RunError`, also while it is read.
    """
    stream: Any = file.open()
    try:
        kind = codec(stream.read(16), file.path)
    except RunError:
        stream.close()
        raise
    stream.seek(0)
    if kind is not None:
        stream.close()
        stream = io.BufferedReader(_Expanded(file, kind), READ_BYTES)
    if not is_utf8(encoding):
        stream = io.BufferedReader(_Transcoded(stream, encoding, file.path), READ_BYTES)
    return cast("BinaryIO", stream)


def is_plain(file: InputFile, encoding: str = "utf-8") -> bool:
    """Whether byte positions of the file are those of its text, so that it can be read from the middle."""
    if not is_utf8(encoding):
        return False
    with file.open() as stream:
        return codec(stream.read(16), file.path) is None


def is_utf8(encoding: str) -> bool:
    """Whether the encoding's name is one of UTF-8's."""
    return codecs.lookup(encoding).name == "utf-8"


class _Expanded(io.RawIOBase):
    """A compressed file, expanded as it is read."""

    def __init__(self, file: InputFile, kind: str) -> None:
        self.file = file
        self.stream = pa.CompressedInputStream(file.native(), kind)
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self.stream.read(len(buffer))
        except OSError:
            problem, fix = "the compressed file is cut off or damaged", "deliver it again"
            raise RunError(Fault("COMPRESSION_BROKEN", problem, self.file.path, fix)) from None
        if not self.size and codec(data[:16], self.file.path):
            problem, fix = "the file is compressed twice", "unpack it, or change the source's type"
            raise RunError(Fault("NOT_THIS_FORMAT", problem, self.file.path, fix))
        self.size += len(data)
        if self.size > max(EXPANSION_FLOOR, self.file.size * EXPANSION_LIMIT):
            problem = f"the file expands to more than {EXPANSION_LIMIT} times its size"
            fix = "make sure that it is what it should be, and deliver it uncompressed"
            raise RunError(Fault("EXPANDS_TOO_FAR", problem, self.file.path, fix))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.stream.close()
        super().close()


class _Transcoded(io.RawIOBase):
    """Text of another encoding as UTF-8; bytes that are none of its text become a lone surrogate, which UTF-8 lacks."""

    def __init__(self, stream: BinaryIO, encoding: str, path: str) -> None:
        self.stream, self.path = stream, path
        self.name = codecs.lookup(encoding).name
        self.decoder = codecs.getincrementaldecoder(encoding)(_BAD)
        self.rest = b""
        self.begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.rest:
            data = self.stream.read(READ_BYTES)
            if not self.begun:
                self._check_mark(data)
            text = self.decoder.decode(data, final=not data)
            self.rest = text.encode("utf-8", "surrogatepass")
            if not data and not self.rest:
                return 0
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size

    def _check_mark(self, begin: bytes) -> None:
        """UTF-16 and UTF-32 come in two orders of bytes: without a mark, the order would be guessed."""
        self.begun = True
        if self.name in _MARKS and not begin.startswith(_MARKS[self.name]):
            fix = f"declare the order: {self.name}-le or {self.name}-be"
            problem = f"the file does not begin with the byte order mark of {self.name}"
            raise RunError(Fault("NOT_THIS_FORMAT", problem, self.path, fix))

    def close(self) -> None:
        self.stream.close()
        super().close()


def _bad_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


_MARKS = {"utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)}
_BAD = "mesh_etl.bad_bytes"
codecs.register_error(_BAD, _bad_bytes)
