"""How far the catalogues' entries of products are from their ledgers, and what brings them up to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import domain_of
from mesh_etl.contract.load import contract_of
from mesh_etl.errors import PublishError
from mesh_etl.govern.names import product_of
from mesh_etl.plan.ledgers import ledger_of
from mesh_etl.publish.catalog import Difference, difference
from mesh_etl.publish.central import central_difference, central_input
from mesh_etl.publish.desired import desired
from mesh_etl.publish.recover import recover

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.govern.planned import Scope
    from mesh_etl.govern.state import Table
    from mesh_etl.tables.ledger import Ledger
    from mesh_etl.worlds import World


def lacking(job: LoadedJob, contract: Contract, ledger: Ledger, world: World) -> tuple[str, ...] | None:
    """What the catalogues lack of the ledger's head, in words, None for a table without a commit. Nothing is written.

    What keeps the central one from being looked at is told as well. Raises `PublishError` for the product's own.
    """
    snapshot = ledger.snapshot()
    if snapshot is None:
        return None
    wanted = desired(job, contract, ledger, snapshot, world)
    own = _lines(difference(world.client("glue", job.identity), wanted))
    try:
        central = central_difference(job, wanted, world)
    except PublishError as error:
        return (*own, *map(str, error.faults))
    return (*own, *(f"central: {line}" for line in _lines(central))) if central else own


def behind(project: Project, world: World, scope: Scope) -> dict[str, tuple[str, ...]]:
    """What the entries of each published product lack, in words; products that lack nothing are left out.

    On AWS none is looked at: the role that governs reads no table, ledgers included, and takes no role of jobs. There
    the audit of each domain does it. Raises `PublishError` where the catalogue of a product's own account cannot be
    read.
    """
    found = {
        job.product: lacking(job, contract, ledger, world) for job, contract, ledger in _tables(project, world, scope)
    }
    return {product: lines for product, lines in found.items() if lines}


def rolled(project: Project, world: World, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The entries say what the ledgers say; what had to change, by product. On AWS as `behind`. Raises as `recover`."""
    found = {}
    for job, contract, ledger in _tables(project, world, scope):
        done = recover(job, contract, ledger, world)
        if done:
            found[job.product] = (*done.lines(), *(f"central: {line}" for line in done.central_lines()))
    return found


def first_entry(project: Project, world: World, table: Table) -> dict[str, Any] | None:
    """The TableInput of a product's entries before there is data, as its publish will find them right."""
    product = product_of(project.mesh, table) or f"{table.database}.{table.name}"
    if not project.has_job(product):
        return None
    job = project.job(product)
    return central_input(job, contract_of(job), world)


def _tables(project: Project, world: World, scope: Scope) -> Iterator[tuple[LoadedJob, Contract, Ledger]]:
    for product in () if world.name == "aws" else project.products():
        if scope.domain in ("", domain_of(product)) and scope.product in ("", product):
            job = project.job(product)
            yield job, contract_of(job), ledger_of(job, product)


def _lines(found: Difference) -> tuple[str, ...]:
    if found.superseded:
        return (f"{found.place} records version {found.recorded_seq}, which the ledger does not have",)
    return found.lines()
