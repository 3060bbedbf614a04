"""The products of a mesh as its governance sees them: contract, place, columns, and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_etl.config.partition import PartitionField
from mesh_etl.config.product_name import domain_of
from mesh_etl.contract.load import contract_of
from mesh_etl.errors import ConfigError
from mesh_etl.sources.table import Table as TableSource
from mesh_etl.tables.keys import key_type
from mesh_etl.views.load import Views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.views.load import Viewed


@dataclass(frozen=True)
class Read:
    """A product that another one reads, by which columns, none of them standing for all, and where its job says so."""

    product: str
    columns: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Governed:
    """A product that has access decided on it.

    `location` is the URL of the table's root, '' for a `view`. `partition_by` is as its job states it, or the contract
    promises it. `reader` is whose rights decide on what is read: a persona, by name; the one that runs jobs where none
    is named. The entry of an `iceberg` table in its own catalogue is for its first commit to make.
    """

    product: str
    contract: Contract = field(repr=False)
    location: str = ""
    partition_by: tuple[PartitionField, ...] = ()
    reads: tuple[Read, ...] = ()
    reader: str = ""
    view: Viewed | None = field(default=None, repr=False)
    iceberg: bool = False

    @property
    def domain(self) -> str:
        """The domain that publishes it."""
        return domain_of(self.product)

    def columns(self) -> tuple[tuple[str, str, str], ...]:
        """The columns of its entry, keys of partitions last: name, Glue type, and the contract's column behind it."""
        types = {one.name: one.type for one in self.contract.schema}
        keys = [one for one in self.partition_by if one.column in types]
        in_path = {one.column for one in keys if one.transform == "identity"}
        plain = [(name, kind.glue(), name) for name, kind in types.items() if name not in in_path]
        return (*plain, *((one.name, key_type(one.transform, types[one.column]).glue(), one.column) for one in keys))


def governed(project: Project) -> tuple[Governed, ...]:
    """Every product of the project, tables first. Raises `ConfigError` with the faults of all files that have any."""
    found, broken = sorted_out(project)
    if broken:
        raise ConfigError(*dict.fromkeys(fault for error in broken.values() for fault in error.faults))
    return found


def sorted_out(project: Project) -> tuple[tuple[Governed, ...], dict[str, ConfigError]]:
    """The products of the project whose files have no fault, tables first, and what is wrong with the others."""
    found: list[Governed] = []
    broken: dict[str, ConfigError] = {}
    views, known = Views(project), project.views()
    for product in (*project.products(), *known):
        try:
            found.append(of_view(views.view(product)) if product in known else of_table(project, product))
        except ConfigError as error:
            broken[product] = error
    return tuple(found), broken


def of_table(project: Project, product: str) -> Governed:
    """The product of a job. Raises `ConfigError` with the faults of its files."""
    job = project.job(product)
    return of_job(job, contract_of(job))


def of_job(job: LoadedJob, contract: Contract) -> Governed:
    """The product of a job, with the contract that it states."""
    root = job.table_root
    keys = job.job.target.partition_by or tuple(PartitionField(name) for name in contract.partition_keys)
    location = root if "://" in root else f"file://{root}"
    iceberg = job.job.target.format == "iceberg"
    return Governed(job.product, contract, location, keys, tuple(_reads(job)), iceberg=iceberg)


def of_view(view: Viewed) -> Governed:
    """The product that a view is; without a definer its readers need rights of their own on what it reads."""
    reads = tuple(Read(one, (), view.loaded.where("definer")) for one in view.sources) if view.definer else ()
    return Governed(view.product, view.contract, reads=reads, reader=view.loaded.view.definer or "", view=view)


def _reads(job: LoadedJob) -> Iterator[Read]:
    for place, source in ((("source",), job.job.source), *((("inputs", n), one) for n, one in job.job.inputs.items())):
        if isinstance(source, TableSource):
            yield Read(source.product, source.columns, job.where(*place, "product"))
