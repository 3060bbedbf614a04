"""Whether data products say what is so: read, and held against the contracts and jobs of the mesh."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError, Fault, PlanError
from mesh_etl.order import needs
from mesh_etl.product.load import product_of
from mesh_etl.product.ports import input_faults, output_faults

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract


def product_faults(
    jobs: Iterable[LoadedJob], contracts: Mapping[str, Contract], known: Mapping[str, Contract]
) -> list[Fault]:
    """Every fault of the products of these jobs; `known` has the contracts of the whole mesh, by product."""
    faults: list[Fault] = []
    for job in jobs:
        try:
            product = product_of(job)
        except ConfigError as error:
            faults += error.faults
            continue
        if product is not None:
            contract = contracts[job.product]
            faults += output_faults(product, contract)
            faults += input_faults(product, job, contract, known, whole=True)
    return faults


def require_ports(job: LoadedJob, contract: Contract, contract_of: Callable[[str], Contract]) -> None:
    """What the job makes may leave through a port of its product, where that has a file.

    `contract_of` finds the contract of a product that the job reads. Raises `ConfigError` for the file, and `PlanError`
    PORT_MISMATCH where no port carries the contract in its version, or where inputs are not declared.
    """
    product = product_of(job)
    if product is None:
        return
    read = {name: contract_of(name) for name in needs(job)}
    faults = [*output_faults(product, contract), *input_faults(product, job, contract, read, whole=False)]
    if faults:
        raise PlanError(*faults)
