"""What a source is: a model that a user writes in YAML, opened into pinned files and a reader for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mesh_etl.config.model import Model
from mesh_etl.contract.types import Schema
from mesh_etl.kernels.work import Reader, WorkItem
from mesh_etl.registry import Registry
from mesh_etl.sources.drift import Drift
from mesh_etl.stores import InputFile
from mesh_etl.tables.ledger import Ledger

if TYPE_CHECKING:
    from mesh_etl.kernels.stored.shown import Portion


class Shows(Protocol):
    """What the job is shown of the table of a product, as the grants of the mesh say."""

    def __call__(
        self, product: str, names: Sequence[str], derived: Mapping[str, str], asked: Sequence[str]
    ) -> tuple[Portion, ...] | None:
        """The portions of a table with these columns, None for all of it.

        `derived` has the column behind each key of partitions that is made of one; `asked` are the columns that are
        named, none of them standing for all that are shown. Raises `PlanError` ACCESS_DENIED.
        """
        ...


def everything(
    product: str, names: Sequence[str], derived: Mapping[str, str], asked: Sequence[str]
) -> tuple[Portion, ...] | None:
    """All of it: the mesh has no grants, or the product is the domain's own."""
    return None


@dataclass(frozen=True)
class SourceContext:
    """What a source may know when it is opened.

    `schema` is that of the product's contract for the main source, None for other inputs. `where` tells the place of a
    key of this source in the job file; `ledger` finds the table of a product, and `shown` what the job may see of it.
    """

    root: Path
    schema: Schema | None
    required: frozenset[str]  # the columns of the schema that must have values
    evolved: frozenset[str]  # those that the table has taken over from deliveries: older ones lack them
    where: Callable[..., str]
    ledger: Callable[[str], Ledger]
    seen: Mapping[str, str]  # inputs that an incremental job has read already: path → version
    shown: Shows = everything


class Fetch(Protocol):
    """A piece of a remote source (a database query, a paged request), brought into files before anything is parsed.

    Frozen and picklable: it runs in a worker. What it lands is read like any other file, as often as needed, so a
    repeated task or a look-up for the quarantine never asks the remote side again.
    """

    def land(self, folder: str, secrets: Mapping[str, str]) -> list[InputFile]:
        """The piece is in new files below `folder`, each pinned with a `LandedStore`.

        Their address says where the content came from, without credentials, and their version is a digest of it.
        `secrets` holds the values of the references that the source stated. Raises `RunError`.
        """
        ...

    def land_first(self, folder: str, secrets: Mapping[str, str], rows: int) -> tuple[list[InputFile], bool]:
        """The first records of the piece, for a look at them, and whether they are all of it.

        They are in files as those of `land`: `rows` of them and a few more where there are so many, or less where that
        would take long. The remote side is asked for no more than that. Raises as `land` does.
        """
        ...


@dataclass(frozen=True)
class Opened:
    """A source with its files pinned; `headers` holds each file's own column order where the format has one.

    A remote source has `fetches` instead of files; `secrets` are the references that they need.
    """

    files: tuple[InputFile, ...]
    reader: Reader
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: int = 0  # files that an earlier commit has read
    drift: Drift = field(default_factory=Drift)
    fetches: tuple[Fetch, ...] = ()
    secrets: tuple[str, ...] = ()

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
