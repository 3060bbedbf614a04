"""What the library needs on each version of Glue: the wheels, with the hash of each; see `locks/`.

`scripts/lock_glue.py` resolves them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Extra = Literal["embedded", "iceberg", "avro", "postgresql", "mysql"]


@dataclass(frozen=True)
class Wheel:
    """One wheel of a package index; `size` is in bytes."""

    package: str
    version: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Lock:
    """The wheels for one version of Glue, by the extra that needs them, and "" for what every job needs.

    `lacking` is beyond what Glue has installed; `whole` is for an environment that has nothing but them.
    """

    glue: str
    python: str
    lacking: Mapping[str, tuple[Wheel, ...]]
    whole: Mapping[str, tuple[Wheel, ...]]


def wheels_of(known: Mapping[str, tuple[Wheel, ...]], extras: Collection[Extra]) -> tuple[Wheel, ...]:
    """The wheels of a job that needs these extras, by package."""
    found = {one.package: one for extra in ("", *extras) for one in known[extra]}
    return tuple(found[name] for name in sorted(found))


@cache
def lock(glue: str) -> Lock:
    """The wheels for that version of Glue."""
    data = json.loads(_file(f"glue-{glue}.json"))
    known = {
        name: Wheel(name, one["version"], one["wheel"], one["sha256"], one["size"])
        for name, one in data["packages"].items()
    }

    def named(stated: Mapping[str, list[str]]) -> dict[str, tuple[Wheel, ...]]:
        return {extra: tuple(known[name] for name in names) for extra, names in stated.items()}

    return Lock(glue, data["python"], named(data["lacking"]), named(data["whole"]))


@cache
def provided(glue: str) -> dict[str, str]:
    """The packages that this version of Glue has installed, and their versions."""
    lines = (line for line in _file(f"glue-{glue}.provided.txt").splitlines() if "==" in line)
    return {name.lower().replace("_", "-"): version for name, _, version in (line.partition("==") for line in lines)}


def _file(name: str) -> str:
    return files("mesh_etl.deploy.package").joinpath("locks", name).read_text("utf-8")
