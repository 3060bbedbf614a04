"""One file that a unit ships, under the hash of its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PREFIX = "mesh_etl"
# library: the wheel of mesh_etl; wheels: what a Glue version lacks; environment: all packages, for a job of its own;
# modules: the project's own Python; script: the entry of a task; configuration: what one job works on.
Kind = Literal["library", "wheels", "environment", "modules", "script", "configuration"]


@dataclass(frozen=True)
class Artifact:
    """One file that is shipped; `path` is where its bytes are on this machine, `size` is in bytes."""

    kind: Kind
    name: str
    sha256: str
    size: int
    path: Path

    @property
    def key(self) -> str:
        """Its key in the artifacts bucket: another content has another key."""
        return f"{PREFIX}/{self.sha256}/{self.name}"
