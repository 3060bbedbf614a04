"""Files that nobody needs leave the storage, in as few calls as it takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, RunError

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Ledger


@dataclass(frozen=True)
class Removal:
    """Files by their paths below the root, with their bytes."""

    files: Mapping[str, int]

    @property
    def bytes(self) -> int:
        """The bytes of the files."""
        return sum(self.files.values())

    def __len__(self) -> int:
        return len(self.files)


def present(ledger: Ledger, *folders: str) -> dict[str, int]:
    """The files below these folders of the table as they are stored now, by path below the root, with their bytes."""
    layout, storage = ledger.layout, ledger.storage
    return {layout.relative(one.path): one.size for name in folders for one in storage.walk(layout.path(name))}


def remove(ledger: Ledger, gone: Collection[str], there: Collection[str]) -> None:
    """None of the files that are `gone` is stored any more; `there` are all that lie in their folders.

    A folder all of whose files go is removed whole. Raises `RunError` FILES_STAY where the storage leaves some.
    """
    layout, storage = ledger.layout, ledger.storage
    stay = {folder for path in set(there).difference(gone) for folder in _folders(path)}
    paths = {next((one for one in _folders(path) if one not in stay), path) for path in gone}
    for path in sorted(paths):
        storage.remove(layout.path(path))
    left = [path for path in paths if next(storage.walk(layout.path(path)), None)]
    if left:
        problem = f"{len(left):,} folders of files that nobody needs could not be removed"
        fix = "check the rights of the folder, then run it again"
        raise RunError(Fault("FILES_STAY", problem, layout.path(left[0]), fix), retryable=True)


def _folders(path: str) -> list[str]:
    """The folders around the file, the outermost first, from that of its transaction on: `data/<txn>`, and so on."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(2, len(parts))]
