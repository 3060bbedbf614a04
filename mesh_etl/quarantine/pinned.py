"""Refused records of stored formats, read again from their own input files, where these still are what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mesh_etl.errors import MeshError
from mesh_etl.kernels.picked import Picked
from mesh_etl.kernels.work import WorkItem
from mesh_etl.quarantine.feed import Key, Stuck, Versions, by_file
from mesh_etl.quarantine.rows import Row
from mesh_etl.sources import Opened, Source, Table
from mesh_etl.stores import store_of
from mesh_etl.stores.address import resolved

GONE = "its input file is gone or has changed"


@dataclass(frozen=True)
class Pinned:
    """The rows' records, by the file, the work item and the number at which they stand."""

    origin: Source
    rows: dict[Key, Row]
    wanted: dict[tuple[str, int], tuple[int, ...]]
    paths: dict[str, str]  # where the files are, by the addresses that the quarantine tells

    @property
    def source(self) -> Source:
        if isinstance(self.origin, Table):
            return self.origin
        paths = tuple(dict.fromkeys(path for path, _ in self.wanted))
        return self.origin.model_copy(update={"path": paths})

    def opened(self, found: Opened) -> Opened:
        paths = {path for path, _ in self.wanted}
        files = tuple(one for one in found.files if one.path in paths)
        return replace(found, files=files, reader=Picked(found.reader, self.wanted))

    def key(self, refused: Mapping[str, Any]) -> Key:
        return (refused["_file"], refused["_start"], refused["_record"])

    def refuse(self, place: str, reason: str) -> list[Stuck]:
        for one in [one for one in self.wanted if one[0] == place]:
            del self.wanted[one]
        return [Stuck(self.rows.pop(key), reason) for key in list(self.rows) if self.paths[key[0]] == place]

    def missed(self, items: Sequence[WorkItem]) -> list[Stuck]:
        reached = {(item.file.path, item.start) for item in items}
        lost = [key for key, row in self.rows.items() if (self.paths[key[0]], row.start) not in reached]
        return [Stuck(self.rows.pop(key), GONE) for key in lost]


def pinned(source: Source, rows: Sequence[Row], known: Versions, root: Path) -> tuple[Pinned, list[Stuck]]:
    """What reads the rows from their files again, and the rows whose files no longer are what was read."""
    stuck = list[Stuck]()
    behind: dict[Key, Row] = {}
    wanted: dict[tuple[str, int], list[int]] = defaultdict(list)
    paths = dict[str, str]()
    for address, delivered in by_file(rows).items():
        path = paths[address] = resolved(address, root)
        now = "immutable" if isinstance(source, Table) else _version(path)
        for row in delivered:
            if row.start is None or row.record is None or known.of(row) != now:
                stuck.append(Stuck(row, GONE))
                continue
            wanted[path, row.start].append(row.record)
            behind[address, row.start, row.record] = row
    return Pinned(source, behind, {place: tuple(records) for place, records in wanted.items()}, paths), stuck


def _version(address: str) -> str | None:
    """The version of the file that is there now, None where there is none."""
    try:
        found = store_of(address).find(address)
    except MeshError:
        return None
    return found[0].version if len(found) == 1 else None
