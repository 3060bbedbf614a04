"""The data product that a job and its contracts make up: for products without a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import table_of
from mesh_etl.contract.people import Team

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract


def generated(job: LoadedJob, contract: Contract, inputs: Mapping[str, Contract]) -> dict[str, Any]:
    """The product as plain data of version 1.1.0; `inputs` are the contracts of the products that the job reads."""
    odcs = contract.odcs
    port: dict[str, Any] = {
        "name": job.name,
        "type": "tables",
        "version": contract.version,
        "contractId": contract.id,
    }
    if inputs:
        port["inputContracts"] = [{"id": one.id, "version": one.version} for one in inputs.values()]
    told: dict[str, Any] = {
        "apiVersion": "v1.1.0",
        "kind": "DataProduct",
        "id": job.product,
        "name": contract.name,
        "version": contract.version,
        "status": odcs.status or "active",
        "domain": job.domain,
        "tenant": odcs.tenant,
        "type": "aggregate" if inputs else "sourceAligned",
        "description": _plain(odcs.description),
        "tags": list(odcs.tags),
        "inputPorts": [
            {"name": table_of(name), "version": one.version, "contractId": one.id} for name, one in inputs.items()
        ],
        "outputPorts": [port],
        "support": [_plain(one) | {"url": one.url} for one in odcs.support if one.url and not one.custom_properties],
        "team": _team(contract),
    }
    return {key: value for key, value in told.items() if value}


def with_lineage(told: Mapping[str, Any], contract: Contract, inputs: Mapping[str, Contract]) -> dict[str, Any]:
    """The product as its file states it, with the contracts that the job reads where its output port names none."""
    lineage = [{"id": one.id, "version": one.version} for one in inputs.values()]
    ports = [
        {**port, "inputContracts": lineage}
        if lineage and port.get("contractId") == contract.id and not port.get("inputContracts")
        else port
        for port in told.get("outputPorts", ())
    ]
    return {**told, "outputPorts": ports}


def _team(contract: Contract) -> dict[str, Any] | None:
    team = contract.odcs.team
    if isinstance(team, Team):
        return {key: value for key, value in _plain(team).items() if key != "id"}
    return {"members": [_plain(one) for one in team]} if team else None


def _plain(part: Any) -> Any:
    return None if part is None else part.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def written(told: Mapping[str, Any]) -> str:
    """The data as YAML text."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(dict(told), text)
    return text.getvalue()
