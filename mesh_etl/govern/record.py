"""What was applied, by whom and when: `applied/<number>.json` in the governance store, each created once.

An entry is written before the first change, so that what an application makes is known as the mesh's own even if the
application dies; another one says how it ended. Names of things and principals are in them, and no data.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mesh_etl.errors import Fault, RunError
from mesh_etl.govern.difference import Claims
from mesh_etl.storage import OutcomeUnknown, Storage

ATTEMPTS = 5
Ending = Literal["begun", "applied", "failed", "destroyed"]


@dataclass(frozen=True)
class Record:
    """The applications to a mesh below a folder or an s3:// address."""

    root: str
    storage: Storage

    def claims(self) -> Claims:
        """All that the mesh has ever claimed as its own. Raises `RunError` (RECORD_DAMAGED)."""
        names = self._names()
        return self._read(names[-1]) if names else Claims()

    def entries(self) -> list[dict[str, Any]]:
        """Every entry, the oldest first, without what it claims. Raises `RunError` (RECORD_DAMAGED)."""
        found = [self._document(name) for name in self._names()]
        return [{name: value for name, value in one.items() if name not in ("principals", "things")} for one in found]

    def add(self, ending: Ending, by: str, changes: Sequence[str], claims: Claims, at: datetime.datetime) -> None:
        """One more entry is kept, which claims what is claimed already as well, but for one of the end of the mesh.

        Raises `RunError`: RECORD_UNWRITTEN, worth a retry, and RECORD_DAMAGED.
        """
        for _ in range(ATTEMPTS):
            names = self._names()
            known = self._read(names[-1]) if names and ending != "destroyed" else Claims()
            number = int(names[-1].removesuffix(".json")) + 1 if names else 1
            if self._create(number, _spelled(ending, by, changes, known | claims, at)):
                return
        fault = Fault("RECORD_UNWRITTEN", "others kept writing to the record", self._folder, "run it again")
        raise RunError(fault, retryable=True)

    def _create(self, number: int, content: bytes) -> bool:
        for _ in range(ATTEMPTS):
            try:
                path = f"{self._folder}/{number:020d}.json"
                # Not known whether it was written: when it was, it is there and is this one.
                return self.storage.create(path, content) or self.storage.read(path) == content
            except OutcomeUnknown:
                continue
        fault = Fault("RECORD_UNWRITTEN", "whether it was written is not known", self._folder, "run it again")
        raise RunError(fault, retryable=True)

    @property
    def _folder(self) -> str:
        return f"{self.root}/applied"

    def _names(self) -> list[str]:
        return [name for name in self.storage.names(self._folder) if name.removesuffix(".json").isdigit()]

    def _read(self, name: str) -> Claims:
        found = self._document(name)
        return Claims(frozenset(found["principals"]), frozenset(tuple(one) for one in found["things"]))

    def _document(self, name: str) -> dict[str, Any]:
        path = f"{self._folder}/{name}"
        try:
            found = json.loads(self.storage.read(path) or b"")
            if not isinstance(found["principals"], list) or not isinstance(found["things"], list):
                raise KeyError
        except (ValueError, KeyError, TypeError):
            fix = "restore the file; what it claims is not removed without it"
            raise RunError(Fault("RECORD_DAMAGED", "the entry cannot be read", path, fix)) from None
        return dict(found)


def _spelled(ending: Ending, by: str, changes: Sequence[str], claims: Claims, at: datetime.datetime) -> bytes:
    document = {
        "at": at.isoformat(timespec="microseconds"),
        "by": by,
        "ending": ending,
        "changes": list(changes),
        "principals": sorted(claims.principals),
        "things": sorted(claims.things),
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()
