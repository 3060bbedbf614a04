"""Ports and what is behind them: contracts that exist, in versions that fit, and inputs that the job really reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import table_of
from mesh_etl.contract.semver import Version
from mesh_etl.errors import Fault, did_you_mean
from mesh_etl.order import needs

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.product.load import Product
    from mesh_etl.product.odps import InputPort, InputPort10

EXTERNAL = "external"  # the custom property of an input port whose contract is not of this mesh


def output_faults(product: Product, contract: Contract) -> Iterator[Fault]:
    """Why what the contract describes cannot be published: no output port carries the contract in its version."""
    ports = product.outputs
    tied = [index for index, port in enumerate(ports) if port.contract_id == contract.id]
    for index, port in enumerate(ports):
        if port.contract_id is not None and index not in tied:
            problem = f"output port '{port.name}': '{port.contract_id}' is not the contract of this product"
            where = product.where("outputPorts", index, "contractId")
            yield Fault("PORT_MISMATCH", problem, where, f"write '{contract.id}'")
        same = [(one.name, one.version) for one in ports[:index]]
        if (port.name, port.version) in same:
            where = product.where("outputPorts", index)
            problem = f"output port '{port.name}' stands twice in the same version"
            yield Fault("DUPLICATE_PORT", problem, where, "remove one of them")
    if not any(ports[index].version == contract.version for index in tied):
        key: tuple[str | int, ...] = ("outputPorts", tied[-1], "version") if tied else ("outputPorts",)
        problem = f"no output port carries contract '{contract.id}' in version {contract.version}"
        fix = f"write version: {contract.version}" if tied else "add a port with its contractId and version"
        yield Fault("PORT_MISMATCH", problem, product.where(*key), fix)


def input_faults(
    product: Product, job: LoadedJob, contract: Contract, known: Mapping[str, Contract], whole: bool
) -> Iterator[Fault]:
    """What is wrong between the input ports and what the job reads.

    `known` has contracts by the product of the mesh that they describe: those that the job reads, or all where `whole`.
    """
    by_id = {one.id: one for one in known.values()}
    read = {name: known[name] for name in needs(job) if name in known}
    ids = {one.id for one in read.values()}
    declared = set()
    for index, port in enumerate(product.inputs):
        where = product.where("inputPorts", index, "contractId")
        if port.contract_id is None or _external(port):
            continue
        declared.add(port.contract_id)
        if port.contract_id in by_id:
            yield from _version(product, index, port, by_id[port.contract_id])
            if port.contract_id not in ids:
                problem = f"input port '{port.name}': the job does not read what this contract describes"
                yield Fault("PORT_UNUSED", problem, where, "remove the port, or read the product in the job")
        elif whole:
            problem = f"input port '{port.name}': no product of the mesh has contract '{port.contract_id}'"
            close = did_you_mean(port.contract_id, by_id)
            fix = close if close.startswith("did") else f"add the custom property '{EXTERNAL}: true' (version 1.1.0)"
            yield Fault("UNKNOWN_CONTRACT", problem, where, fix)
    for name, one in read.items():
        if one.id not in declared:
            fix = f"add {{name: {table_of(name)}, version: {one.version}, contractId: {one.id}}}"
            problem = f"the job reads {name}, which no input port declares"
            yield Fault("UNDECLARED_INPUT", problem, product.where("inputPorts"), fix)
    yield from _lineage(product, contract, {one.id: one.version for one in read.values()})


def _external(port: InputPort | InputPort10) -> bool:
    customs = getattr(port, "custom_properties", ())
    return any(one.property == EXTERNAL and one.value is True for one in customs)


def _version(product: Product, index: int, port: InputPort | InputPort10, contract: Contract) -> Iterator[Fault]:
    """A port may lag behind a contract that has only grown: same major version, not a later one."""
    if port.version is None or port.version == contract.version:
        return
    asked, found = Version.parse(port.version), Version.parse(contract.version)
    if asked is not None and found is not None and asked <= found < asked.after("breaking"):
        return
    problem = f"input port '{port.name}' expects version {port.version}, the contract has {contract.version}"
    where = product.where("inputPorts", index, "version")
    fix = f"see what changed with mesh-etl contract diff, then write {contract.version}"
    yield Fault("PORT_MISMATCH", problem, where, fix)


def _lineage(product: Product, contract: Contract, read: Mapping[str, str]) -> Iterator[Fault]:
    """The input contracts that a port states are those that the job reads; a port that states none has these."""
    for index, port in enumerate(product.outputs):
        if (port.contract_id, port.version) != (contract.id, contract.version) or not port.input_contracts:
            continue
        where = product.where("outputPorts", index, "inputContracts")
        missing = [name for name in read if name not in {one.id for one in port.input_contracts}]
        if missing:
            problem = f"output port '{port.name}' is made of {', '.join(missing)} as well"
            yield Fault("LINEAGE_MISMATCH", problem, where, "add them, or leave inputContracts out: they are derived")
