"""What a compaction is asked for, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["compacted", "planned", "nothing to do", "gave up"]


@dataclass(frozen=True)
class Choice:
    """What is to be compacted: the partitions with these values of keys, into files of about `target_bytes`.

    With `sort` files are written anew as well whose rows are not in the order that the job states.
    """

    partitions: Mapping[str, str] = field(default_factory=dict)
    sort: bool = False
    target_bytes: int = 0  # 0: as the job states


@dataclass(frozen=True)
class Rewrite:
    """A partition of which files are put together, and what that comes to; bytes after are None until it is done."""

    name: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_to_rewrite: int
    bytes_after: int | None = None


@dataclass(frozen=True)
class Compacted:
    """What was done, by the commit `version`, or what would be.

    `gave_up` counts partitions that a writer has replaced meanwhile, so that its work stands and not this.
    """

    product: str
    outcome: Outcome
    version: int | None
    rewrites: tuple[Rewrite, ...]
    partitions: int
    gave_up: int = 0

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {
            "product": self.product,
            "outcome": self.outcome,
            "version": self.version,
            "partitions": self.partitions,
            "gave_up": self.gave_up,
            "rewritten": [
                {
                    "partition": one.name,
                    "files_before": one.files_before,
                    "files_after": one.files_after,
                    "bytes_before": one.bytes_before,
                    "bytes_after": one.bytes_after,
                    "bytes_to_rewrite": one.bytes_to_rewrite,
                }
                for one in self.rewrites
            ],
        }
