"""Reads any bytes through any source, as a run does, and holds what must hold whatever the bytes are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.contract.types import Field, Schema, parse
from mesh_etl.errors import MeshError
from mesh_etl.kernels.codes import CODES, FILE_CODES
from mesh_etl.kernels.work import BundleReader, Parsed
from mesh_etl.sources import SourceContext, source

# What a block and a work item hold; small ones take a file apart at every place.
SIZES = (
    "text.blocks.BLOCK_BYTES", "text.reader.ITEM_BYTES", "json.reader.ITEM_BYTES", "json.reader.BLOCK_BYTES",
    "xml.rows.PIECE_BYTES",
)  # fmt: skip


@dataclass
class Verdict:
    """What became of a file: rows, rejects with line, text and rules, or the codes under which it was refused."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    refused: tuple[str, ...] = ()


def schema(columns: Mapping[str, str]) -> Schema:
    """The columns as a schema."""
    return tuple(Field(name, parse(kind)) for name, kind in columns.items())


def verdict(path: Path, content: bytes, config: Mapping[str, Any], columns: Mapping[str, str]) -> Verdict:
    """The verdict on a file with this content; fails where a promise of the kernels is broken.

    Every record is a row or a reject; each has a line and a text, the same when they are looked up; every code is
    listed; batches are sound; nothing but a coded error is raised.
    """
    path.write_bytes(content)
    try:
        return _read(path, config, columns)
    except MeshError as error:
        codes = tuple(fault.code for fault in error.faults)
        assert set(codes) <= set(FILE_CODES), codes
        return Verdict(refused=codes)


def _read(path: Path, config: Mapping[str, Any], columns: Mapping[str, str]) -> Verdict:
    model = source[config["type"]].model_validate({**config, "path": str(path)})
    known: dict[str, Any] = {
        "root": path.parent,
        "schema": schema(columns),
        "required": frozenset(),
        "evolved": frozenset(),
        "where": lambda *keys: "job.yaml",
        "ledger": None,
        "seen": {},
    }
    opened = model.open(
        SourceContext(**{one.name: known[one.name] for one in fields(SourceContext) if one.name in known})
    )
    found, before = Verdict(), 0
    for item in opened.items("source", 0):
        first, lines, records, rejects = opened.reader.first_line(item) + before, 0, [], []
        for parsed in opened.reader.parse(item):
            _hold(parsed, len(records) + len(rejects))
            found.rows += [tuple(row.values()) for row in parsed.batch.to_pylist()]
            records += [int(one) for one in parsed.records]
            rejects += parsed.rejects
            lines += parsed.lines
            asked = list(range(0, parsed.batch.num_rows, 7))
            assert parsed.locate(asked) == opened.reader.locate(item, [int(parsed.records[row]) for row in asked])
        places = opened.reader.locate(item, [*records, *(one.record for one in rejects)])
        assert [one.place for one in rejects] == places[len(records) :]
        found.lines += [first - 1 + place.line for place in places[: len(records)]]
        found.rejects += [
            (first - 1 + one.place.line, one.place.raw, tuple(f"{why.rule}:{why.column}" for why in one.violations))
            for one in rejects
        ]
        before += lines
    if isinstance(opened.reader, BundleReader):
        bundled = list(opened.reader.bundles(opened.items("source", 0)))
        assert [tuple(row.values()) for one in bundled for row in one.batch.to_pylist()] == found.rows
        assert sum(len(one.rejects) for one in bundled) == len(found.rejects)
        assert sum(share.read for one in bundled for share in one.shares) == len(found.rows) + len(found.rejects)
    return found


def _hold(parsed: Parsed, first: int) -> None:
    parsed.batch.validate(full=True)
    assert parsed.read == parsed.batch.num_rows + len(parsed.rejects)
    records = sorted([*(int(one) for one in parsed.records), *(one.record for one in parsed.rejects)])
    assert records == list(range(first, first + parsed.read))
    for one in parsed.rejects:
        assert one.violations
        assert {why.rule for why in one.violations} <= set(CODES)
        one.place.raw.encode()  # can be written into the quarantine


@contextmanager
def cut_small(item: int, block: int) -> Iterator[None]:
    """Within this block, files are cut into work items and blocks of about so many bytes."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SIZES:
            size = item if name.endswith("ITEM_BYTES") else block
            patch.setattr(f"mesh_etl.kernels.{name}", size)
        yield
