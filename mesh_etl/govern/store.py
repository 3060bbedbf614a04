"""Where the governance of a mesh keeps its own records: requests, what was decided, what was applied, who read what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.storage import storage_of

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.storage import Storage


def store(project: Project) -> tuple[str, Storage]:
    """The root of the store and its storage; a bucket that the mesh file names for it is the central account's."""
    governance, kept = project.mesh.governance, project.s3()
    if (
        governance is not None
        and governance.store is not None
        and kept.get("region")
        and not project.env.s3.bucket_owner
    ):
        kept = {**kept, "bucket_owner": project.mesh.accounts[governance.account].id}
    return project.governance_store, storage_of(project.governance_store, **kept)
