"""The ledger of a product's table: that of its format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mesh_etl import worlds
from mesh_etl.config.env import LocalWorld
from mesh_etl.config.product_name import domain_of, parts_of
from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.names import central, central_account
from mesh_etl.storage import storage_of
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.ledger import Ledger

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.worlds import World

_METADATA = "metadata"  # where an Iceberg table has its own


def ledger_of(job: LoadedJob, product: str) -> Ledger:
    """The ledger of a product's table, as `product_ledger`; that of the job's own product as the job states its format.

    Raises `PlanError` FORMAT_CHANGED when the table that is there has another format than the job states.
    """
    ledger = product_ledger(job.project, product, job.domain)
    if product != job.product:
        return ledger
    stated, found = job.job.target.format == "iceberg", not ledger.one_folder
    if stated == found:
        return ledger
    if found or ledger.seqs():
        problem = (
            f"target.format: the table is {'an Iceberg table' if found else 'a table of files with a ledger'} already"
        )
        fix = "keep its format, or publish it as a new product"
        raise PlanError(Fault("FORMAT_CHANGED", problem, job.where("target", "format"), fix))
    return _iceberg(job.project, product)


def product_ledger(project: Project, product: str, reader: str = "") -> Ledger:
    """The ledger of the table that is there; `reader` is the domain whose job reads it, if it is one's.

    On AWS, a job reads the table of another domain by what Lake Formation grants to its role.
    Raises `PlanError` for storage that this version does not write to.
    """
    root = project.table_root(product)
    if "://" in root and not root.startswith("s3://"):
        fix = "set a folder or an s3:// address in configs/env"
        raise PlanError(Fault("UNSUPPORTED_PATH", "tables are not written there", "configs/mesh.yaml", fix))
    domain = domain_of(product)
    table = _granted(project, product) if reader not in ("", domain) else None
    ledger = Ledger(Layout(root), storage_of(root, **project.s3(domain), table=table))
    if not ledger.storage.names(ledger.layout.path(_METADATA)):
        return ledger
    return _lent(project, product, reader, ledger) if table else _iceberg(project, product)


def _granted(project: Project, product: str) -> str | None:
    """The ARN of the product's entry in the central catalogue, None where grants are not Lake Formation's to decide."""
    if project.mesh.governance is None or isinstance(project.env.world, LocalWorld):
        return None
    entry = central(project.mesh, product)
    return central_account(project.mesh).arn("glue", f"table/{entry.database}/{entry.name}")


def _lent(project: Project, product: str, reader: str, found: Ledger) -> Ledger:
    """The Iceberg table by its central entry, which a job of the domain `reader` asks for itself."""
    with _needing_iceberg(product):
        from mesh_etl.tables.iceberg import LentLedger, LentStorage
    entry = central(project.mesh, product)
    return LentLedger(
        found.layout,
        LentStorage(found.storage, found.layout.root),
        identifier=(entry.database, entry.name),
        client=_Catalogue(project, reader),
        account=entry.catalog,
    )


def _iceberg(project: Project, product: str) -> Ledger:
    with _needing_iceberg(product):
        from mesh_etl.tables.iceberg import IcebergLedger
    root = project.table_root(product)
    domain = domain_of(product)
    layout, storage = Layout(root), storage_of(root, **project.s3(domain))
    return IcebergLedger(layout, storage, identifier=parts_of(product), client=_Catalogue(project, domain))


@contextmanager
def _needing_iceberg(product: str) -> Iterator[None]:
    """A block that imports what needs pyiceberg. Raises `PlanError` ICEBERG_MISSING."""
    try:
        yield
    except ImportError as error:
        fault = Fault("ICEBERG_MISSING", "Iceberg tables need pyiceberg", product, "pip install 'mesh_etl[iceberg]'")
        raise PlanError(fault) from error


@dataclass(frozen=True)
class _Catalogue:
    """The catalogue's client of the world that an environment names, made when a table is looked at first."""

    project: Project
    domain: str

    def __call__(self) -> Any:
        return self._world.client("glue", self.project.producer(self.domain))

    @cached_property
    def _world(self) -> World:
        return worlds.open(self.project.env, self.project.root)
