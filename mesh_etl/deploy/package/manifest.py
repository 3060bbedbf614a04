"""What a unit ships, told by hash: the same text for the same content, whenever and wherever it is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.load import contract_of
from mesh_etl.deploy.package.library import version

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.package.bundle import Bundle


def manifest(project: Project, estate: Estate, bundle: Bundle) -> str:
    """Versions, artifacts and contracts of the unit, as JSON."""
    made = {product for job in estate.jobs for product in job.products}
    contracts = {product: contract_of(project.job(product)) for product in sorted(made)}
    told: dict[str, Any] = {
        "mesh": estate.mesh,
        "environment": estate.env,
        "unit": estate.unit,
        "mesh_etl": version(),
        "bucket": bundle.bucket,
        "artifacts": [
            {"kind": one.kind, "name": one.name, "sha256": one.sha256, "size": one.size, "key": one.key}
            for one in bundle.artifacts
        ],
        "jobs": {
            job.name: {
                "task": job.task,
                "glue_version": job.settings.glue_version,
                "products": list(job.products),
                "artifacts": [one.sha256 for one in bundle.jobs[job.name]],
            }
            for job in estate.jobs
        },
        "contracts": {
            product: {"id": one.id, "version": one.version, "sha256": one.sha256} for product, one in contracts.items()
        },
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
