"""Who reads a product, by which columns, and whom the changes of its contract would break."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError
from mesh_etl.product.load import product_of
from mesh_etl.sources import Table
from mesh_etl.transforms.join import Join
from mesh_etl.transforms.python import Python
from mesh_etl.transforms.select import Select
from mesh_etl.transforms.sql import SOURCE, Sql

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.diff import Change
    from mesh_etl.transforms.base import Transform


@dataclass(frozen=True)
class Consumer:
    """A product that reads another one: where its file says so, and the columns that it uses; None where all of them
    may be, since that cannot be told."""

    product: str
    owner: str
    where: str
    columns: tuple[str, ...] | None

    def hurt_by(self, change: Change, columns: Collection[str]) -> bool:
        """Whether a breaking change concerns the consumer; one of a column that it does not use does not.

        `columns` are those of the product's old contract.
        """
        column = re.split(r"[:.\[{]", change.path, maxsplit=1)[0]
        unused = self.columns is not None and column in columns and column not in self.columns
        return change.kind == "breaking" and not unused


def consumers(product: str, contract_id: str, jobs: Iterable[LoadedJob]) -> Iterator[Consumer]:
    """The products whose jobs read the product, or that declare an input port for its contract."""
    for job in jobs:
        if job.product == product:
            continue
        owner = job.project.mesh.domains[job.domain].owner
        reads = [
            (name, one)
            for name, one in (("source", job.job.source), *job.job.inputs.items())
            if isinstance(one, Table) and one.product == product
        ]
        if reads:
            used = [_used(job, name, one) for name, one in reads]
            columns = None if None in used else tuple(sorted({name for one in used for name in one or ()}))
            place = ("source",) if reads[0][0] == "source" else ("inputs", reads[0][0])
            yield Consumer(job.product, owner, job.where(*place, "product"), columns)
        elif where := _port(job, contract_id):
            yield Consumer(job.product, owner, where, None)


def _port(job: LoadedJob, contract_id: str) -> str:
    """Where the product's file declares an input port for the contract; '' where it does not."""
    try:
        product = product_of(job)
    except ConfigError:
        return ""  # `validate` tells what is wrong with it
    ports = product.inputs if product else ()
    index = next((index for index, port in enumerate(ports) if port.contract_id == contract_id), None)
    return product.where("inputPorts", index, "contractId") if product and index is not None else ""


def _used(job: LoadedJob, name: str, source: Table) -> tuple[str, ...] | None:
    """The columns of an input that the job uses, as far as its file tells; None where that may be all."""
    if source.columns:
        return source.columns
    steps = job.job.transforms
    if name == "source":  # only its first step sees it as it is
        return _of_source(steps[0]) if steps else None
    if any(isinstance(step, Python) for step in steps):
        return None
    found: set[str] = set()
    for step in steps:
        if name in step.reads():
            told = _looked_up(step, name)
            if told is None:
                return None
            found |= set(told)
    return tuple(sorted(found))


def _of_source(step: Transform) -> tuple[str, ...] | None:
    """The columns that a first step leaves of the source, where it leaves no others."""
    if isinstance(step, Select):
        return step.columns
    return step.query.columns_of(SOURCE) if isinstance(step, Sql) else None


def _looked_up(step: Transform, name: str) -> tuple[str, ...] | None:
    """The columns that a step uses of another input."""
    if isinstance(step, Sql):
        return step.query.columns_of(name)
    if not isinstance(step, Join):
        return None
    keys = tuple(step.on.values()) if isinstance(step.on, dict) else step.on
    if step.how in ("semi", "anti"):
        return keys
    return None if step.columns is None else (*keys, *step.columns)
