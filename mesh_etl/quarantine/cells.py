"""Refused rows of databases, read again from the text of their cells that the quarantine keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.kernels.work import WorkItem
from mesh_etl.quarantine.feed import Key, Stuck, Versions, by_file
from mesh_etl.quarantine.rows import Row
from mesh_etl.sources import Opened, Source
from mesh_etl.stores import InputFile

if TYPE_CHECKING:
    import pyarrow as pa

NO_CELL = "it was fetched without a column that is read today: run the job"
_OFFSET = re.compile(r".*\d\d:\d\d.*([+-]\d\d(:?\d\d){0,2}|Z)")
_BATCH = 8_192  # rows


@dataclass(frozen=True)
class Cells:
    """The rows as the database spelled them, landed anew once it is known which columns are read."""

    source: Source
    known: Versions
    folder: Path
    rows: dict[Key, Row] = field(default_factory=dict)
    lost: list[Stuck] = field(default_factory=list)

    def opened(self, found: Opened) -> Opened:
        names = [one.name for one in found.reader.schema]
        whole: list[Row] = []
        for row in self.rows.values():
            if json.loads(row.raw).keys() >= set(names):
                whole.append(row)
            else:
                self.lost.append(Stuck(row, NO_CELL))
        self.rows.clear()
        self.folder.mkdir(parents=True, mode=0o700)
        files = [self._landed(number, delivered, names) for number, delivered in enumerate(by_file(whole).values())]
        return replace(found, files=tuple(files), fetches=(), secrets=())

    def _landed(self, number: int, rows: Sequence[Row], names: Sequence[str]) -> InputFile:
        import pyarrow as pa

        from mesh_etl.kernels.text.cells import cell_field, land_cells

        cells = [json.loads(row.raw) for row in rows]
        schema = pa.schema([cell_field(name, _states_offset([one[name] for one in cells])) for name in names])
        address = rows[0].file or ""
        file, _ = land_cells(_batches(cells, schema), schema, self.folder / f"{number}.cells", address)
        self.rows.update({(address, line): row for line, row in enumerate(rows, 1)})
        return replace(file, version=self.known.of(rows[0]))

    def key(self, refused: Mapping[str, Any]) -> Key:
        return (refused["_file"], refused["_line"])

    def refuse(self, place: str, reason: str) -> list[Stuck]:
        return []

    def missed(self, items: Sequence[WorkItem]) -> list[Stuck]:
        return self.lost


def cells(source: Source, rows: Sequence[Row], known: Versions, folder: Path) -> Cells:
    """What reads the rows again, by the text of their cells."""
    return Cells(source, known, folder, {(row.held.path, row.index): row for row in rows})


def _batches(cells: Sequence[Mapping[str, str | None]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for first in range(0, len(cells), _BATCH):
        yield pa.RecordBatch.from_pylist(list(cells[first : first + _BATCH]), schema=schema)


def _states_offset(texts: Sequence[str | None]) -> bool:
    """Whether the moments in a column state their offset: a database spells all of a column alike."""
    found = [text for text in texts if text is not None]
    return bool(found) and all(_OFFSET.fullmatch(text) for text in found)
