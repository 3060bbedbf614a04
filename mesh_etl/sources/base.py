"""What a source is: a model that a user writes in YAML, opened into pinned files and a reader for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mesh_etl.config.model import Model
from mesh_etl.contract.types import Schema
from mesh_etl.kernels.work import InputFile, Reader, WorkItem
from mesh_etl.registry import Registry
from mesh_etl.tables.ledger import Ledger


@dataclass(frozen=True)
class SourceContext:
    """What a source may know when it is opened.

    `schema` is that of the product's contract for the main source, None for other inputs. `where` tells the place of a
    key of this source in the job file; `ledger` finds the table of a product.
    """

    root: Path
    schema: Schema | None
    where: Callable[..., str]
    ledger: Callable[[str], Ledger]
    seen: Mapping[str, str]  # inputs that an incremental job has read already: path → version


@dataclass(frozen=True)
class Opened:
    """A source with its files pinned; `headers` holds each file's own column order where the format has one."""

    files: tuple[InputFile, ...]
    reader: Reader
    headers: Mapping[str, tuple[str, ...]]
    skipped: int = 0  # files that an earlier commit has read

    def items(self, name: str, first: int) -> list[WorkItem]:
        """The work items of all files, numbered from `first`."""
        found: list[WorkItem] = []
        for file in self.files:
            for start, end in self.reader.split(file):
                header = self.headers.get(file.path, ())
                found.append(WorkItem(first + len(found), name, file, start, end, header))
        return found


class Source(Model):
    """The base of all sources."""

    type: str

    def open(self, context: SourceContext) -> Opened:
        """The source's files as they are now, checked against the schema; reads headers and footers only.

        Raises `PlanError`.
        """
        raise TypeError(f"{type(self).__name__} cannot be opened")


source: Registry[Source] = Registry("source")
