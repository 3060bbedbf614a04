"""A fault of the governance in mesh.yaml, by its place in the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mesh_etl.errors import did_you_mean

At = tuple[str | int, ...]


@dataclass(frozen=True)
class Misstated:
    """Something that stands at `at` and cannot be so."""

    code: str
    problem: str
    fix: str
    at: At


def unknown(kind: str, name: str, known: Iterable[str], at: At) -> Misstated:
    """Nothing of this kind bears the name."""
    return Misstated("UNKNOWN_NAME", f"there is no {kind} '{name}'", did_you_mean(name, known), at)
