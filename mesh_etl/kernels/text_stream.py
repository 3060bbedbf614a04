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
# Repetitive text shrinks to a fiftieth; what grows further than this, past the first 256 MB, is an attack or an accident.
EXPANSION_LIMIT = 200
EXPANSION_FLOOR = 256 << 20


def codec(file: InputFile) -> str | None:
    """What the file is compressed with, by its first bytes: gzip, bz2, zstd, or None.

    Raises `RunError` NOT_THIS_FORMAT for archives and columnar files, which are no text.
    """
    with file.open() as stream:
        begin = stream.read(16)
    for magic, name in _MAGIC.items():
        if begin.startswith(magic):
            return name
    for magic, name in _FOREIGN.items():
        if begin.startswith(magic):
            raise RunError(
                Fault(
                    "NOT_THIS_FORMAT",
                    f"the file is no text: it is {name}",
                    file.path,
                    "unpack it, or change the source's type",
                )
            )
    return None


def utf8_stream(file: InputFile, encoding: str = "utf-8") -> BinaryIO:
    """The text of the file as UTF-8, from its first byte on; a byte order mark of UTF-16 is taken off, that of UTF-8 stays.

    Can be sought only where `is_plain`. Raises `RunError`, also while it is read.
    """
    kind = codec(file)
    stream: Any = file.open() if kind is None else io.BufferedReader(_Expanded(file, kind), READ_BYTES)
    if not is_utf8(encoding):
        stream = io.BufferedReader(_Transcoded(stream, encoding), READ_BYTES)
    return cast("BinaryIO", stream)


def is_plain(file: InputFile, encoding: str = "utf-8") -> bool:
    """Whether byte positions of the file are those of its text, so that it can be read from the middle."""
    return is_utf8(encoding) and codec(file) is None


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
    """Text of another encoding as UTF-8; a byte that is none of its text becomes 0xFF, which is none of UTF-8's."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self.rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.rest:
            data = self.stream.read(READ_BYTES)
            text = self.decoder.decode(data, final=not data)
            self.rest = text.encode("utf-8", "surrogateescape")
            if not data and not self.rest:
                return 0
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size

    def close(self) -> None:
        self.stream.close()
        super().close()
