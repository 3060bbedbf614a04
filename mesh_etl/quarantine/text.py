"""Refused records of text formats, read again from the text that the quarantine keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mesh_etl.kernels.work import WorkItem
from mesh_etl.quarantine import spelling
from mesh_etl.quarantine.feed import Key, Stuck, Versions, by_file
from mesh_etl.quarantine.rows import Row
from mesh_etl.sources import Opened, Source
from mesh_etl.stores import InputFile, LandedStore
from mesh_etl.stores.address import resolved

OTHER_DELIVERY = "another delivery of its file comes first: replay once more"


@dataclass(frozen=True)
class Text:
    """The rows in files of the source's dialect, one for each file that they stem from, under its address."""

    origin: Source
    files: dict[str, InputFile] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # those of the files, as the quarantine tells them

    @property
    def source(self) -> Source:
        return spelling.reads_alone(self.origin, tuple(self.files))

    def opened(self, found: Opened) -> Opened:
        if found.fetches:  # a paged service, whose pages hold arrays of objects
            reader: Any = found.reader
            lines = replace(reader, layout="lines", array="")
            return replace(found, files=tuple(self.files.values()), fetches=(), secrets=(), reader=lines)
        files = tuple(replace(self.files[one.path], constants=one.constants) for one in found.files)
        headers = {self.files[path].path: header for path, header in found.headers.items()}
        return replace(found, files=files, headers=headers)

    def key(self, refused: Mapping[str, Any]) -> Key:
        return (refused["_file"], refused["_line"])

    def refuse(self, place: str, reason: str) -> list[Stuck]:
        if place not in self.files:
            return []
        del self.files[place]
        address = self.addresses[place]
        return [Stuck(self.rows.pop(key), reason) for key in list(self.rows) if key[0] == address]

    def missed(self, items: Sequence[WorkItem]) -> list[Stuck]:
        return []


def text(source: Source, rows: Sequence[Row], known: Versions, folder: Path, root: Path) -> tuple[Text, list[Stuck]]:
    """The rows are in files below the folder; returns what reads them, and the rows that are not among them."""
    feed, stuck = Text(source), list[Stuck]()
    spell = spelling.speller(source)
    for number, (address, delivered) in enumerate(by_file(rows).items()):
        first = (delivered[0].header, known.of(delivered[0]))
        here = [row for row in delivered if (row.header, known.of(row)) == first]
        stuck += [Stuck(row, OTHER_DELIVERY) for row in delivered if (row.header, known.of(row)) != first]
        try:
            head = spelling.header_line(source, spelling.names_of(here[0]))
        except ValueError as error:
            stuck += [Stuck(row, str(error)) for row in here]
            continue
        spelled = list(_spelled(here, spell, stuck))
        if not spelled:
            continue
        path = folder / str(number) / spelling.file_name(source, address)
        path.parent.mkdir(parents=True, mode=0o700)
        path.write_text(head + "".join(line for _, line in spelled), encoding="utf-8", newline="")
        line = 1 + head.count("\n")
        for row, content in spelled:
            feed.rows[address, line] = row
            line += content.count("\n")
        feed.addresses[str(path)] = address
        feed.files[str(path)] = InputFile(
            resolved(address, root), path.stat().st_size, first[1], LandedStore(str(path))
        )
    return feed, stuck


def _spelled(rows: Sequence[Row], spell: Callable[[Row], str], stuck: list[Stuck]) -> Iterator[tuple[Row, str]]:
    """The rows with their lines; those that have none are added to `stuck`."""
    for row in rows:
        try:
            yield row, spell(row)
        except ValueError as error:
            stuck.append(Stuck(row, str(error)))
