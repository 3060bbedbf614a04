"""The entries of the catalogues against the ledgers of the products: what a run would have to bring up to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.govern.planned import Scope
    from mesh_etl.tables.ledger import Ledger
    from mesh_etl.worlds import World


def behind(project: Project, world: World, scope: Scope) -> dict[str, tuple[str, ...]]:
    """What the entries of each published product lack, in words; products that lack nothing are left out.

    Raises `PublishError` where the catalogue of a product's own account cannot be read.
    """
    from mesh_etl.cli.registered import lacking

    found = {job.product: lacking(job, contract, ledger, world) for job, contract, ledger in _tables(project, scope)}
    return {product: lines for product, lines in found.items() if lines}


def rolled(project: Project, world: World, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The entries say what the ledgers say; what had to change, by product. Raises as `recover` does."""
    from mesh_etl.publish.recover import recover

    found = {}
    for job, contract, ledger in _tables(project, scope):
        done = recover(job, contract, ledger, world)
        if done:
            found[job.product] = (*done.lines(), *(f"central: {line}" for line in done.central_lines()))
    return found


def _tables(project: Project, scope: Scope) -> Iterator[tuple[LoadedJob, Contract, Ledger]]:
    from mesh_etl.contract.load import contract_of
    from mesh_etl.plan.ledgers import ledger_of

    for product in project.products():
        if scope.domain in ("", product.partition(".")[0]) and scope.product in ("", product):
            job = project.job(product)
            yield job, contract_of(job), ledger_of(job, product)
