"""The central entry follows the ledger's head, as the role that the job runs as and by the code of its own account's.

The commit is not undone by anything that happens here: it holds, and the next publisher rolls the entry forward.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PublishError
from mesh_etl.govern.names import central
from mesh_etl.publish.catalog import Difference, difference, register
from mesh_etl.publish.catalog.calls import Overtaken
from mesh_etl.publish.catalog.difference import read
from mesh_etl.publish.central.catalogue import Catalogue
from mesh_etl.publish.central.mirror import mirror, mirror_gap
from mesh_etl.publish.central.share import share_problem

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.publish.catalog import Desired
    from mesh_etl.publish.catalog.announcing import Announce
    from mesh_etl.publish.catalog.difference import Found
    from mesh_etl.worlds import World

APPLY = "mesh-etl govern apply"
# What a fault of the catalogue is called where it is the central one's, and what helps there.
_CODES = {
    "CATALOG_DENIED": (
        "CENTRAL_DENIED", f"let the persona that runs jobs describe, alter, insert, delete in mesh.yaml; then {APPLY}",
    ),
    "CATALOG_MISSING": ("CENTRAL_MISSING", f"make what the mesh file asks for: {APPLY}"),
    "CATALOG_FOREIGN": ("CENTRAL_FOREIGN", "have the governance team rename or drop that entry"),
    "CATALOG_UNREACHABLE": ("CENTRAL_UNREACHABLE", "run again"),
    "CATALOG_UNSETTLED": ("CENTRAL_UNSETTLED", "run again"),
    "CATALOG_REFUSED": ("CENTRAL_REFUSED", ""),
    "CATALOG_PARTITION": ("CENTRAL_PARTITION", ""),
    "PARTITION_KEYS_CHANGED": ("CENTRAL_KEYS_CHANGED", f"have the governance team drop that entry, then {APPLY}"),
}  # fmt: skip


def roll_forward(job: LoadedJob, own: Desired, world: World, announce: Announce) -> Difference | None:
    """The central entry says what the product's own entry says; returns what had to change, None without a centre.

    Raises `PublishError`: CENTRAL_MISSING, CENTRAL_DENIED, CENTRAL_SHARE, CENTRAL_FOREIGN, CENTRAL_REFUSED,
    CENTRAL_PARTITION, CENTRAL_KEYS_CHANGED, and, worth a retry, CENTRAL_UNREACHABLE and CENTRAL_UNSETTLED.
    """
    if job.project.mesh.governance is None:
        return None
    glue, wanted = _place(job, own, world)
    with _told(job, world, "; the commit holds"):
        if own.format == "iceberg":
            return mirror(world.client("glue", job.identity), glue, own, wanted, announce)
        return register(glue, wanted, announce=announce)


def central_difference(job: LoadedJob, own: Desired, world: World) -> Difference | None:
    """How far the central entry is from the product's own as it should be; only reads. Raises as `roll_forward`."""
    if job.project.mesh.governance is None:
        return None
    glue, wanted = _place(job, own, world)
    with _told(job, world):
        if own.format != "iceberg":
            return difference(glue, wanted)
        try:
            return mirror_gap(world.client("glue", job.identity), glue, own, wanted)
        except Overtaken as error:
            fault = Fault("CATALOG_UNSETTLED", "the table was changed while it was read", wanted.place, "run it again")
            raise PublishError(fault, retryable=True) from error


def central_found(job: LoadedJob, own: Desired, world: World) -> Found | None:
    """The central entry and its partitions as they are, None without a centre. Raises as `roll_forward` does."""
    if job.project.mesh.governance is None:
        return None
    glue, wanted = _place(job, own, world)
    with _told(job, world):
        return read(glue, wanted)


def _place(job: LoadedJob, own: Desired, world: World) -> tuple[Any, Desired]:
    place = central(job.project.mesh, job.product)
    glue = Catalogue(world.client("glue", job.identity), place.catalog)
    return glue, replace(own, database=place.database, table=place.name, central=True, announces=True)


@contextmanager
def _told(job: LoadedJob, world: World, so: str = "") -> Iterator[None]:
    """A block whose faults are told as those of the central catalogue; `so` is what holds all the same."""
    try:
        yield
    except PublishError as error:
        shared = share_problem(job, world) if error.code in ("CATALOG_DENIED", "CATALOG_MISSING") else None
        faults = [shared] if shared else [_central(fault) for fault in error.faults]
        raise PublishError(
            *(replace(one, problem=f"{one.problem}{so}") for one in faults), retryable=error.retryable
        ) from error


def _central(fault: Fault) -> Fault:
    code, fix = _CODES[fault.code]
    return Fault(code, f"central catalogue: {fault.problem}", fault.where, fix or fault.fix)
