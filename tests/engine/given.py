"""Makes the input files that cases state.

A file is text, or a mapping with one of these forms; `encoding`, `cut` (bytes taken off its end), `flip` (positions of
bytes that are inverted) and `append` (another file behind it) change what any of them makes:

    text: …                              with `encoding`: in that codec
    bytes: "\\xFF…"                       one character per byte
    base64: …
    parts: [file, …]                     one behind the other
    repeat: file, times: n
    gzip | bz2 | zstd | xz: file         compressed
    zip: {name: file, …}
    hole: n, after: file                 n bytes of zero behind the file, which take no room on the disk
    columns: {name: type}, rows: […]     Parquet
    arrow | avro | sheet: …              Parquet and ORC with any Arrow type, Avro, Excel: see `given_stored.py`

`swap` ([[old, new], …], one character per byte) changes all places of some bytes.
"""

from __future__ import annotations

import base64
import bz2
import decimal
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.engine.given_stored import avro_file, stored_file, workbook

FORMS: dict[str, Callable[[Mapping[str, Any]], bytes]] = {}


def form(name: str) -> Callable[[Callable[[Mapping[str, Any]], bytes]], Callable[[Mapping[str, Any]], bytes]]:
    """Makes the function the maker of files that have this key."""

    def add(make: Callable[[Mapping[str, Any]], bytes]) -> Callable[[Mapping[str, Any]], bytes]:
        FORMS[name] = make
        return make

    return add


def write(path: Path, given: Any) -> None:
    """The file is there as the case states it; null removes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if given is None:
        path.unlink()
    elif isinstance(given, Mapping) and "hole" in given:
        with path.open("wb") as file:
            file.write(content(given["after"]))
            file.truncate(file.tell() + given["hole"])
    else:
        path.write_bytes(content(given))


def content(given: Any) -> bytes:
    """The bytes of a file that a case states."""
    if isinstance(given, str):
        return given.encode()
    (make,) = (make for name, make in FORMS.items() if name in given)
    data = bytearray(make(given))
    for position in given.get("flip", ()):
        data[position] ^= 0xFF
    for old, new in given.get("swap", ()):
        data = data.replace(old.encode("latin-1"), new.encode("latin-1"))
    if "cut" in given:
        del data[len(data) - given["cut"] :]
    return bytes(data) + (content(given["append"]) if "append" in given else b"")


@form("text")
def _text(given: Mapping[str, Any]) -> bytes:
    return str(given["text"]).encode(given.get("encoding", "utf-8"), "surrogatepass")


@form("bytes")
def _bytes(given: Mapping[str, Any]) -> bytes:
    return str(given["bytes"]).encode("latin-1")


@form("base64")
def _base64(given: Mapping[str, Any]) -> bytes:
    return base64.b64decode(given["base64"])


@form("parts")
def _parts(given: Mapping[str, Any]) -> bytes:
    return b"".join(content(part) for part in given["parts"])


@form("repeat")
def _repeat(given: Mapping[str, Any]) -> bytes:
    return content(given["repeat"]) * int(given["times"])


@form("gzip")
def _gzip(given: Mapping[str, Any]) -> bytes:
    return gzip.compress(content(given["gzip"]), mtime=0)


@form("bz2")
def _bz2(given: Mapping[str, Any]) -> bytes:
    return bz2.compress(content(given["bz2"]))


@form("zstd")
def _zstd(given: Mapping[str, Any]) -> bytes:
    import pyarrow as pa

    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(content(given["zstd"]))
    return bytes(out.getvalue())


@form("xz")
def _xz(given: Mapping[str, Any]) -> bytes:
    return lzma.compress(content(given["xz"]))


@form("zip")
def _zip(given: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in given["zip"].items():
            archive.writestr(zipfile.ZipInfo(name), content(part))
    return out.getvalue()


@form("columns")
def _parquet(given: Mapping[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from mesh_etl.contract.types import parse
    from mesh_etl.kernels.schema import arrow

    columns, rows = given["columns"], given["rows"]
    kinds = [arrow(parse(kind)) for kind in columns.values()]
    cells = zip(*rows, strict=True) if rows else [()] * len(kinds)
    arrays = [
        pa.array(
            [decimal.Decimal(one) if pa.types.is_decimal(kind) and one is not None else one for one in column], kind
        )
        for column, kind in zip(cells, kinds, strict=True)
    ]
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(columns, arrays, strict=True))), out)
    return out.getvalue()


form("arrow")(stored_file)
form("avro")(avro_file)
form("sheet")(workbook)
