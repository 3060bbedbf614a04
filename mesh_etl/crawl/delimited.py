"""Delimited text, sampled as text: its dialect, its header and its cells before anything is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_etl.contract.types import Field, Simple
from mesh_etl.crawl.dialect import Dialect, dialect_of
from mesh_etl.crawl.encoding import Encoding, encoding_of
from mesh_etl.crawl.layout import Layout, Piece, Pieces, header_of, opened, read
from mesh_etl.crawl.reach import OCTETS, Found, Stretch, byte_stretches, name_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.kernels.text.stream import is_plain, utf8_stream
from mesh_etl.stores import InputFile

HEAD = 256 << 10
_ANY = {"unicode": "any", "control": "allow"}  # what text may hold is decided later, by what it does hold


def head(file: InputFile, encoding: str = "utf-8", size: int = HEAD) -> bytes:
    """The first bytes of the file's text as UTF-8, unpacked; whole lines where it is longer."""
    found = b""
    with utf8_stream(file, encoding) as stream:
        while len(found) < size and (data := stream.read(size - len(found))):
            found += data
    return found


def agreed_encoding(found: Found) -> Encoding:
    """The encoding that the looked-at files share. Raises `ConfigError` MIXED_ENCODINGS and NOT_TEXT."""
    names: dict[Encoding, InputFile] = {}
    for file in found.looked_at:
        names.setdefault(encoding_of(head(file), name_of(file)), file)
    known = {one.name for one in names}
    if known == {"utf-8"}:
        return Encoding("utf-8")
    if len(known) > 1:
        ascii_ = all(one.name != "utf-8" or _is_ascii(file) for one, file in names.items() for _ in (0,))
        others = [one for one in names if one.name != "utf-8"]
        if not ascii_ or len({one.name for one in others}) > 1 or others[0].name.startswith("utf"):
            listed = ", ".join(sorted(f"{name_of(file)}: {one.name}" for one, file in names.items()))
            fix = "infer them apart, or deliver them in one encoding"
            raise ConfigError(Fault("MIXED_ENCODINGS", f"the files are encoded differently ({listed})", "", fix))
        return others[0]
    return next(iter(names))


def _is_ascii(file: InputFile) -> bool:
    return head(file).isascii()


def delimited(found: Found, rows: int) -> Layout:
    """The layout of delimited files.

    Raises `ConfigError` for what is no text or holds no rows, `PlanError` and `RunError` as the source would.
    """
    encoding = agreed_encoding(found)
    dialects = {file: _dialect(file, encoding.name) for file in found.looked_at}
    if not any(one.records for one in dialects.values()):
        fix = "a contract is drafted from a header and at least one row"
        raise ConfigError(Fault("SAMPLE_EMPTY", "there are no rows", found.files[0].path, fix))
    dialect = _agreed(dialects)
    options: dict[str, Any] = dict(dialect.options())
    notes = []
    if encoding.name != "utf-8":
        options["encoding"] = encoding.name
    if not encoding.proven:
        notes.append(f"encoding: {encoding.name} is supposed, not proven: the bytes are no UTF-8; look at its accents")
    if not dialect.header:
        options["header"] = False
        notes.append("no header: columns are named by position; rename them in the contract")
    elif len({*dialect.header}) < len(dialect.header) or "" in dialect.header:
        options |= {"header": False, "skip_lines": dialect.skip_lines + 1}
        notes.append("the header repeats a name or leaves one out: columns are read by position")
    positional = options.get("header") is False
    headers = {file: _header(one, dialect, positional) for file, one in dialects.items()}
    originals = tuple(dict.fromkeys(name for header in headers.values() for name in header))
    if positional:
        originals = tuple(f"column_{number}" for number in range(1, dialect.width + 1))
        headers = dict.fromkeys(headers, originals)
    pieces, stretches, complete = _cells(found, options, headers, rows)
    lacking = {
        name: tuple(name_of(file) for file, header in headers.items() if name not in header) for name in originals
    }
    lacking = {name: files for name, files in lacking.items() if files}
    kinds = (None,) * len(originals)
    return Layout("csv", options, originals, kinds, stretches, complete, pieces, lacking, tuple(notes), positional)


def _dialect(file: InputFile, encoding: str) -> Dialect:
    data = head(file, encoding)
    whole = len(data) < HEAD
    if not whole:
        data = data[: data.rfind(b"\n") + 1] or data
    text = data.decode("utf-8", "replace")
    return dialect_of(text.replace("\0", ""), whole)


def _agreed(dialects: Mapping[InputFile, Dialect]) -> Dialect:
    """The dialect of the most records; a header is one only where the other files do not begin with data."""
    from dataclasses import replace

    weights: dict[tuple[str, str, str, str, int], int] = {}
    for one in dialects.values():
        key = (one.delimiter, one.quote, one.escape, one.comment, one.skip_lines)
        weights[key] = weights.get(key, 0) + one.agreeing * (one.width > 1) * 10 + one.agreeing
    best = max(weights, key=lambda key: weights[key])
    same = [d for d in dialects.values() if (d.delimiter, d.quote, d.escape, d.comment, d.skip_lines) == best]
    widest = max(same, key=lambda one: (one.agreeing, one.width))
    multiline = any(one.multiline for one in same)
    headed = [one for one in same if one.header]
    header = headed[0].header if len(headed) * 2 > len(same) or len({one.header for one in headed}) == 1 else ()
    return replace(widest, header=header, multiline=multiline)


def _header(own: Dialect, agreed: Dialect, positional: bool) -> tuple[str, ...]:
    return () if positional else own.header or agreed.header


def _cells(
    found: Found, options: Mapping[str, Any], headers: Mapping[InputFile, tuple[str, ...]], rows: int
) -> tuple[Pieces, tuple[Stretch, ...], bool]:
    files = found.looked_at
    share, octets = max(rows // len(files), 1), OCTETS // len(files)
    pieces: list[Piece] = []
    stretches: list[Stretch] = []
    complete = len(files) == len(found.files)
    encoding = str(options.get("encoding", "utf-8"))
    for file in files:
        schema = tuple(Field(name, Simple("string")) for name in headers[file])
        one = opened("csv", {**options, **_ANY}, file, schema, ())
        plain = is_plain(file, encoding) and not options.get("multiline")
        start = one.reader.split(file)[0][0]
        ranges = byte_stretches(file, start, _row_bytes(file), share, octets) if plain else [(start, file.size)]
        complete &= len(ranges) == 1
        for begin, end in ranges:
            part = max(share // len(ranges), 1)
            stretch = Stretch(file, begin, end, part, header_of(one))
            got, everything = read(one.reader, stretch, stretch.header, plain)
            complete &= everything
            pieces += got
            stretches.append(stretch)
    return Pieces(tuple(pieces)), tuple(stretches), complete


def _row_bytes(file: InputFile) -> float:
    begin = head(file, size=65536)
    return len(begin) / max(begin.count(b"\n"), 1)
