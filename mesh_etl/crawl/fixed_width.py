"""Lines of one length: columns are where blanks run down through all lines of a sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mesh_etl.contract.types import Field, Simple
from mesh_etl.crawl.delimited import HEAD, agreed_encoding, head
from mesh_etl.crawl.dialect import has_names
from mesh_etl.crawl.layout import Layout, Piece, Pieces, opened, read
from mesh_etl.crawl.naming import column_names
from mesh_etl.crawl.reach import OCTETS, Found, Stretch, byte_stretches, name_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.kernels.text.stream import is_plain

LINES = 2000


def fixed_width(found: Found, rows: int) -> Layout:
    """The layout of files whose columns stand at fixed positions. Raises `ConfigError` where no blanks divide them."""
    encoding = agreed_encoding(found).name
    first = found.files[0]
    data = head(first, encoding)
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    lines = [line.rstrip("\r") for line in (lines if len(data) < HEAD else lines[:-1])][:LINES]
    lines = [line for line in lines if line.strip()]
    spans = columns_of(lines)
    if len(spans) < 2:
        fix = "write the job by hand: source: {type: fixed_width, columns: {id: {from: 1, to: 8}}}"
        raise ConfigError(Fault("SAMPLE_FORMAT", "no blanks divide the lines into columns", name_of(first), fix))
    cells = [[line[start:end].strip() for start, end in spans] for line in lines]
    headed = has_names(cells[0], cells[1:])
    names = column_names(cells[0] if headed else [f"column_{number}" for number in range(1, len(spans) + 1)])
    body = lines[1:] if headed else lines
    options: dict[str, Any] = {"columns": dict(zip(names, _positions(spans, body), strict=True))}
    if headed:
        options["skip_lines"] = 1
    if encoding != "utf-8":
        options["encoding"] = encoding
    if len({len(line) for line in body}) == 1 and len(body[0]) > spans[-1][1]:
        options["width"] = len(body[0])
    files = found.looked_at
    share, octets = max(rows // len(files), 1), OCTETS // len(files)
    pieces: list[Piece] = []
    stretches: list[Stretch] = []
    complete = len(files) == len(found.files)
    schema = tuple(Field(name, Simple("string")) for name in names)
    stated = {**options, "unicode": "any", "control": "allow"}
    for file in files:
        reader = opened("fixed_width", stated, file, schema, ()).reader
        plain = is_plain(file, encoding)
        ranges = byte_stretches(file, 0, len(body[0]) + 1, share, octets) if plain else [(0, file.size)]
        complete &= len(ranges) == 1
        for start, end in ranges:
            stretch = Stretch(file, start, end, max(share // len(ranges), 1))
            got, everything = read(reader, stretch, (), plain)
            complete &= everything
            pieces += got
            stretches.append(stretch)
    notes = ("the positions are supposed from the blanks of the sample: hold them against the delivery's description",)
    kinds = (None,) * len(names)
    return Layout("fixed_width", options, names, kinds, tuple(stretches), complete, Pieces(tuple(pieces)), {}, notes)


def columns_of(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Begin and end of each column: what lies between blanks that run through all lines, with the blanks after it."""
    width = max(map(len, lines), default=0)
    filled = [any(line[at : at + 1].strip() for line in lines) for at in range(width)]
    begins = [at for at in range(width) if filled[at] and (at == 0 or not filled[at - 1])]
    if not begins:
        return []
    return list(zip([0, *begins[1:]], [*begins[1:], width], strict=True))


def _positions(spans: Sequence[tuple[int, int]], lines: Sequence[str]) -> list[dict[str, Any]]:
    """From, to and the side on which values stand; blanks before values that stand right belong to their column."""
    found: list[dict[str, Any]] = []
    for start, end in spans:
        texts = [line[start:end].rstrip() for line in lines if line[start:end].strip()]
        right = len({len(text) for text in texts}) == 1 and any(text[0] == " " for text in texts)
        last = start + max(map(len, texts), default=end - start) if right else end
        found.append({"from": start + 1, "to": last, "align": "right" if right else "left"})
    return found
