"""The changes of a table's metadata that commits consist of, and what must hold for them.

pyiceberg names their fields as the REST catalogue's JSON does, `ref-name`, which no keyword of Python can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyiceberg.table.refs import SnapshotRefType
from pyiceberg.table.update import (
    AddSchemaUpdate,
    AssertRefSnapshotId,
    RemoveSnapshotRefUpdate,
    RemoveSnapshotsUpdate,
    SetCurrentSchemaUpdate,
    SetDefaultSpecUpdate,
    SetSnapshotRefUpdate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyiceberg.schema import Schema


def add_schema(schema: Schema) -> AddSchemaUpdate:
    """The table knows the schema, which is not yet the current one."""
    return AddSchemaUpdate(**_named(schema=schema))


def set_schema(schema_id: int) -> SetCurrentSchemaUpdate:
    """The schema is the current one."""
    return SetCurrentSchemaUpdate(**_named(schema_id=schema_id))


def set_spec(spec_id: int) -> SetDefaultSpecUpdate:
    """The spec is the one by which files are written."""
    return SetDefaultSpecUpdate(**_named(spec_id=spec_id))


def set_branch(name: str, snapshot_id: int) -> SetSnapshotRefUpdate:
    """The branch is the snapshot."""
    return SetSnapshotRefUpdate(**_named(ref_name=name, snapshot_id=snapshot_id), type=SnapshotRefType.BRANCH)


def set_tag(name: str, snapshot_id: int) -> SetSnapshotRefUpdate:
    """The tag is the snapshot."""
    return SetSnapshotRefUpdate(**_named(ref_name=name, snapshot_id=snapshot_id), type=SnapshotRefType.TAG)


def remove_ref(name: str) -> RemoveSnapshotRefUpdate:
    """There is no such branch or tag."""
    return RemoveSnapshotRefUpdate(**_named(ref_name=name))


def remove_snapshots(ids: Sequence[int]) -> RemoveSnapshotsUpdate:
    """The snapshots are expired."""
    return RemoveSnapshotsUpdate(**_named(snapshot_ids=list(ids)))


def is_at(name: str, snapshot_id: int | None) -> AssertRefSnapshotId:
    """The branch or tag must be this snapshot, or must not be where that is None."""
    return AssertRefSnapshotId(ref=name, **_named(snapshot_id=snapshot_id))


def _named(**fields: Any) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in fields.items()}
