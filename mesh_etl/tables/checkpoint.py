"""Checkpoints: the state of a table at a version, kept beside the ledger so that a reader begins there.

Nothing depends on them. A checkpoint that is missing, damaged, of another library or of another table is passed over,
and so is one that cannot be written: then history is read from further back, and the answer is the same.

    one line of JSON     the shape of what follows, the version and transaction of its last entry, its SHA-256
    zlib-compressed JSON  the state
"""

from __future__ import annotations

import gc
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from mesh_etl.errors import RunError
from mesh_etl.storage import OutcomeUnknown
from mesh_etl.tables.entry import Partition, Tombstones
from mesh_etl.tables.history import TableFile
from mesh_etl.tables.quarantine import Refused
from mesh_etl.tables.table_state import Commit, Size, TableState

if TYPE_CHECKING:
    from mesh_etl.storage import Storage
    from mesh_etl.tables.layout import Layout

EVERY = 20  # entries that a reader may have to read one by one
KEPT = 3  # checkpoints: readers that have listed an older one still find it
_LEVEL = 1  # of zlib: four times as fast as the default, and 15 % larger


@dataclass(frozen=True)
class _Content:
    """A state as JSON can hold it."""

    data: int
    lossy: int
    partitions: list[Partition]
    files: list[TableFile]
    refused: list[Refused]
    seen: dict[str, str]
    work: dict[str, int]
    commits: dict[int, Commit]
    tombstones: tuple[Tombstones, ...]
    tags: dict[str, int]
    expired: set[int]
    fenced: set[str]


@cache
def _adapter() -> TypeAdapter[_Content]:
    return TypeAdapter(_Content)


@cache
def _shape() -> str:
    """A name for what a state consists of: a library in which that differs reads none of these files."""
    return hashlib.sha256(json.dumps(_adapter().json_schema(), sort_keys=True).encode()).hexdigest()[:16]


def seqs(layout: Layout, storage: Storage) -> list[int]:
    """The versions that have a checkpoint, oldest first, whether it can be read or not."""
    names = storage.names(layout.checkpoints())
    return [int(name[:20]) for name in names if name[:20].isdigit() and len(name) > 20]


def read(layout: Layout, storage: Storage, seq: int) -> TableState | None:
    """The state of the table at a version, or None where no checkpoint tells it."""
    content = storage.read(layout.checkpoint(seq))
    head, _, body = (content or b"").partition(b"\n")
    try:
        stated = json.loads(head)
        if not isinstance(stated, dict) or stated != _stated(seq, str(stated.get("txn")), body):
            return None
        with _uncollected():
            found = _adapter().validate_json(zlib.decompress(body))
    except (ValueError, zlib.error, ValidationError):
        return None
    return _state(seq, str(stated["txn"]), found)


def write(layout: Layout, storage: Storage, state: TableState) -> None:
    """The state is kept, where the storage lets it be, and all but the newest few are gone."""
    body = zlib.compress(_adapter().dump_json(_content(state)), _LEVEL)
    head = json.dumps(_stated(state.seq, state.txn, body)).encode()
    with suppress(OutcomeUnknown, RunError):  # a commit has been made already, and nothing depends on this
        storage.create(layout.checkpoint(state.seq), head + b"\n" + body)
        for seq in seqs(layout, storage)[:-KEPT]:
            storage.remove(layout.checkpoint(seq))


def _stated(seq: int, txn: str, body: bytes) -> dict[str, object]:
    return {"shape": _shape(), "seq": seq, "txn": txn, "sha256": hashlib.sha256(body).hexdigest()}


def _content(state: TableState) -> _Content:
    return _Content(
        data=state.data,
        lossy=state.lossy,
        partitions=list(state.partitions.values()),
        files=[file for group in state.files.values() for file in group.values()],
        refused=list(state.refused.values()),
        seen=state.seen,
        work=state.work,
        commits=state.commits,
        tombstones=state.tombstones,
        tags=state.tags,
        expired=state.expired,
        fenced=state.fenced,
    )


def _state(seq: int, txn: str, found: _Content) -> TableState:
    files: dict[tuple[str | None, ...], dict[str, TableFile]] = {}
    for file in found.files:
        files.setdefault(file.values, {})[file.path.rpartition("/")[2]] = file
    return TableState(
        seq=seq,
        txn=txn,
        data=found.data,
        lossy=found.lossy,
        size=Size.of(found.partitions),
        partitions={one.values: one for one in found.partitions},
        files=files,
        refused={one.path: one for one in found.refused},
        seen=found.seen,
        work=found.work,
        commits=found.commits,
        tombstones=found.tombstones,
        tags=found.tags,
        expired=found.expired,
        fenced=found.fenced,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """The cycle collector rests: it would go through hundreds of thousands of new values again and again."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
