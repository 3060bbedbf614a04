"""Governance where a command needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh


def require_governance(mesh: Mesh, where: str = "configs/mesh.yaml") -> None:
    """The mesh has a central catalogue. Raises `PlanError` GOVERNANCE_MISSING, told of `where`."""
    if mesh.governance is None:
        fix = "state accounts and governance in configs/mesh.yaml"
        raise PlanError(Fault("GOVERNANCE_MISSING", "the mesh has no governance", where, fix))
