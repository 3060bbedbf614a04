"""All products of a project as they can be found: read once, and again only where a file has changed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mesh_etl.contract.load import load
from mesh_etl.discovery.described import Described, described
from mesh_etl.errors import ConfigError

if TYPE_CHECKING:
    from mesh_etl.config import Project

_FORMAT = 1  # of what is kept; another one is read anew
_KEPT = ".mesh/discovery.json"  # below the project's root; it may be deleted at any time


@dataclass(frozen=True)
class Catalogue:
    """The products that can be found, and those whose files have faults."""

    products: tuple[Described, ...]
    broken: tuple[str, ...] = ()


def catalogue(project: Project) -> Catalogue:
    """Every product of the project."""
    kept, fresh, broken = _kept(project.root), {}, []
    kinds: tuple[tuple[Literal["table", "view"], tuple[str, ...]], ...] = (
        ("table", project.products()), ("view", project.views()),
    )  # fmt: skip
    found: dict[str, Described] = {}
    for kind, names in kinds:
        for name in names:
            record = kept.get(name)
            if record is None or record["kind"] != kind or record["stamps"] != _stamps(project.root, record["stamps"]):
                try:
                    record = _read(project, kind, name)
                except ConfigError:
                    broken.append(name)
                    continue
            fresh[name], found[name] = record, record["described"]
    if fresh != kept:
        _keep(project.root, fresh)
    return Catalogue(tuple(found[name] for name in sorted(found)), tuple(sorted(broken)))


def _read(project: Project, kind: Literal["table", "view"], name: str) -> dict[str, Any]:
    loaded = project.view(name) if kind == "view" else project.job(name)
    stamps = dict.fromkeys((loaded.path.as_posix(), os.path.relpath(loaded.contract_path, project.root)))
    contract = load(loaded.contract_path)
    return {
        "kind": kind,
        "stamps": _stamps(project.root, stamps),
        "described": described(name, kind, contract),
    }


def _stamps(root: Path, paths: Any) -> dict[str, Any]:
    """By which a changed file is known: when it was written, and its size."""
    found: dict[str, Any] = {}
    for path in paths:
        try:
            facts = (root / path).stat()
            found[path] = [facts.st_mtime_ns, facts.st_size]
        except OSError:
            found[path] = None
    return found


def _kept(root: Path) -> dict[str, Any]:
    try:
        data = json.loads((root / _KEPT).read_text(encoding="utf-8"))
        if data["format"] != _FORMAT:
            return {}
        return {
            name: {**record, "described": Described.of_data(record["described"])}
            for name, record in data["products"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # it is only what the files say as well


def _keep(root: Path, records: dict[str, Any]) -> None:
    path = root / _KEPT
    plain = {name: {**record, "described": record["described"].data()} for name, record in records.items()}
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"format": _FORMAT, "products": plain}, separators=(",", ":"))
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)  # a project that cannot be written to is read again each time
