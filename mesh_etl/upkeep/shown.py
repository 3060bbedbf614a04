"""What the catalogue shows of a table at this moment: nothing of it may be deleted, whatever the ledger says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mesh_etl.contract.load import contract_of
from mesh_etl.errors import Fault, PublishError
from mesh_etl.publish.catalog.calls import Overtaken
from mesh_etl.publish.catalog.difference import Found, read
from mesh_etl.publish.central import central_difference, central_found
from mesh_etl.publish.desired import desired

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.ledger import Ledger
    from mesh_etl.worlds import World


def shown(job: LoadedJob, ledger: Ledger, world: World) -> frozenset[str]:
    """The folders below the table's root that a catalogue points readers to, as it is read now, or their very files.

    This is the guard `catalog check before delete` of the commit protocol. Raises `PublishError` where a catalogue
    does not answer, or the central one lags behind an Iceberg table: what it shows is unknown then, and nothing may be
    deleted.
    """
    snapshot = ledger.snapshot()
    if snapshot is None:
        return frozenset()
    wanted = desired(job, contract_of(job), ledger, snapshot, world)
    referenced = ledger.referenced()
    if referenced is not None:
        gap = central_difference(job, wanted, world)
        if gap is not None and gap.changes_table:
            problem = "the central entry points to older metadata, whose files are read yet"
            raise PublishError(Fault("CENTRAL_BEHIND", problem, gap.place, f"mesh-etl verify {job.product} --repair"))
        return referenced
    try:
        found = (read(world.client("glue", job.identity), wanted), central_found(job, wanted, world))
    except Overtaken:
        problem = "the table was changed while it was read"
        raise PublishError(Fault("CATALOG_UNSETTLED", problem, job.product, "run it again"), retryable=True) from None
    root = f"{world.location(ledger.layout.root).rstrip('/')}/"
    places = [place for one in found if one is not None for place in _places(one)]
    below = (place.removeprefix(root).strip("/") for place in places if place.startswith(root))
    return frozenset(folder for folder in below if "/" in folder)  # `data` alone is where no row lies


def _places(found: Found) -> Iterator[str]:
    for one in (found.table, *found.partitions.values()):
        if one is not None:
            yield one.get("StorageDescriptor", {}).get("Location", "")


def is_shown(path: str, folders: Iterable[str]) -> bool:
    """Whether a file with this path below the root is one of these, or lies in one of them."""
    parts = path.split("/")
    return not {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}.isdisjoint(folders)
