"""`mesh.yaml` with the domains that stand in files of their own, as one document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mesh_etl.config import placement
from mesh_etl.config.document import Document, Loc, dotted
from mesh_etl.config.env import Value
from mesh_etl.config.governance.stated import misstated
from mesh_etl.config.mesh import Mesh
from mesh_etl.config.resolve import resolve
from mesh_etl.config.yaml import read
from mesh_etl.errors import ConfigError, Fault

FILE = "domain.yaml"


@dataclass(frozen=True)
class Joined(Document):
    """A document of which some parts, by their path, stand in files of their own."""

    parts: Mapping[Loc, Document] = field(default_factory=dict, repr=False, compare=False)

    def where(self, loc: Loc, key: bool = False) -> str:
        part = self._part(loc)
        return super().where(loc, key) if part is None else part[0].where(part[1], key)

    def position(self, loc: Loc, key: bool = False) -> tuple[int, int]:
        part = self._part(loc)
        return super().position(loc, key) if part is None else part[0].position(part[1], key)

    def text(self, loc: Loc) -> str | None:
        part = self._part(loc)
        return super().text(loc) if part is None else part[0].text(part[1])

    def _part(self, loc: Loc) -> tuple[Document, Loc] | None:
        found = self.parts.get(tuple(loc[:2]))
        return None if found is None else (found, loc[2:])


def document(root: Path) -> Document:
    """The mesh file of the project at `root`, with what stands in `configs/<domain>/domain.yaml`.

    Raises `ConfigError` for files that cannot be read, and for a domain that stands in both: DOMAIN_TWICE.
    """
    mesh = read(root / placement.MESH, placement.MESH.as_posix())
    found = {path.parent.name: path for path in sorted((root / placement.CONFIGS).glob(f"*/{FILE}"))}
    found.pop(placement.ENVS.name, None)  # an environment may be called so
    if not found or not isinstance(mesh.data, dict):
        return mesh
    stated = mesh.data.get("domains") or {}
    files = {name: read(path, path.relative_to(root).as_posix()) for name, path in found.items()}
    twice = [
        Fault("DOMAIN_TWICE", f"the domain '{name}' stands in mesh.yaml too", one.where(()), "keep one of them")
        for name, one in files.items()
        if isinstance(stated, dict) and name in stated
    ]
    if twice:
        raise ConfigError(*twice)
    if not isinstance(stated, dict):
        return mesh
    domains = {**stated, **{name: one.data for name, one in files.items()}}
    parts: dict[Loc, Document] = {("domains", name): one for name, one in files.items()}
    return Joined(mesh.name, {**mesh.data, "domains": domains}, mesh.places, parts)


def mesh_of(found: Document, values: Mapping[str, Value], searched: str) -> Mesh:
    """The mesh that the document describes in an environment with these values, which `searched` holds.

    Raises `ConfigError` with every fault: of its form first, then of what its parts say of each other.
    """
    mesh = resolve(Mesh, found, values, searched)
    faults = [
        Fault(one.code, f"{dotted(one.at)}: {one.problem}", found.where(one.at), one.fix)
        for one in sorted(misstated(mesh), key=lambda one: found.position(one.at))
    ]
    if faults:
        raise ConfigError(*faults)
    return mesh
