"""Who has read what, and who has tried to: one object for each attempt in the governance store, never changed.

An attempt names products and columns. Of the question itself there is a hash in which constants do not count, so that
nobody can guess them from it.
"""

from __future__ import annotations

import datetime
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from mesh_etl.errors import Fault, RunError
from mesh_etl.storage import OutcomeUnknown, Storage, each

_ATTEMPTS = 5


def now() -> datetime.datetime:
    """The moment, in UTC."""
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to read: `columns` are those that were named, or `*`; a `code` says why it was denied."""

    who: str
    at: datetime.datetime
    products: tuple[str, ...]
    columns: tuple[str, ...]
    code: str = ""
    by: str = "query"  # or the product whose job reads
    statement: str = ""

    @property
    def verdict(self) -> Literal["allowed", "denied"]:
        """Whether there was an answer."""
        return "denied" if self.code else "allowed"

    def to_json(self) -> dict[str, Any]:
        """The attempt as plain JSON data."""
        return {**asdict(self), "at": self.at.isoformat(), "verdict": self.verdict}


@dataclass(frozen=True)
class Audit:
    """The attempts below a folder or an s3:// address."""

    root: str
    storage: Storage

    def add(self, attempt: Attempt) -> None:
        """The attempt is kept. Raises `RunError` AUDIT_UNWRITTEN: what cannot be written down is not to be read."""
        day, moment = attempt.at.date().isoformat(), attempt.at.strftime("%H%M%S%f")
        path = f"{self.root}/audit/{day}/{moment}-{secrets.token_hex(6)}.json"
        content = json.dumps(attempt.to_json()).encode()
        for _ in range(_ATTEMPTS):
            try:
                self.storage.create(path, content)  # that it is there already is a reply that was lost
                return
            except OutcomeUnknown:
                continue
        fix = "see that the governance store can be written to"
        raise RunError(
            Fault("AUDIT_UNWRITTEN", "the attempt could not be written down", self.root, fix), retryable=True
        )

    def since(self, day: datetime.date) -> Iterator[Attempt]:
        """The attempts from the day on, in UTC, the oldest first."""
        before = (day - datetime.timedelta(days=1)).isoformat()
        for folder in self.storage.names(f"{self.root}/audit", after=before):
            place = f"{self.root}/audit/{folder}"
            names = [name for name in self.storage.names(place) if name.endswith(".json")]
            for content in each(self.storage, self.storage.read, [f"{place}/{name}" for name in names]):
                if content is not None:
                    yield _attempt(json.loads(content))


def _attempt(fields: dict[str, Any]) -> Attempt:
    at, products, columns = fields["at"], tuple(fields["products"]), tuple(fields["columns"])
    code, by, statement = fields["code"], fields["by"], fields["statement"]
    return Attempt(fields["who"], datetime.datetime.fromisoformat(at), products, columns, code, by, statement)
