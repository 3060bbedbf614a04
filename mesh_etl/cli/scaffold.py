"""The files of a new product, and those of a new project where there is none yet."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mesh_etl.config import Project, placement
from mesh_etl.config.job import PRODUCT
from mesh_etl.contract.infer import draft, draft_job
from mesh_etl.errors import ConfigError, Fault, RunError


def scaffold(product: str, sample: Path, owner: str, root: Path, env: str) -> tuple[Path, ...]:
    """The product's contract and job exist, in a project that knows its domain; returns the new files.

    Raises `ConfigError` before anything is written: for a name that is no product's, a file that exists already, a
    domain that the mesh does not have, or a sample that tells nothing.
    """
    if not re.fullmatch(PRODUCT, product):
        fix = "use domain.name, each of lower-case letters, digits and _, as in sales.orders"
        raise ConfigError(Fault("PRODUCT_NAME", "this is not the name of a product", "PRODUCT", fix))
    domain, _, name = product.partition(".")
    home, files = _project(domain, owner, root, env)
    owner = _owner(home, domain, owner, env) if placement.MESH not in files else owner or f"{domain} team"
    folder = placement.CONFIGS / domain / name
    files[folder / "contract.yaml"] = draft(sample, product, owner)
    files[folder / "job.yaml"] = draft_job(sample, product, _seen_from(home, sample))
    if taken := [path for path in files if (home / path).exists()]:
        fix = "choose another product, or delete it first"
        raise ConfigError(*(Fault("FILE_EXISTS", "the file exists already", path.as_posix(), fix) for path in taken))
    for path, text in files.items():
        _write(home / path, path, text)
    return tuple(files)


def _project(domain: str, owner: str, root: Path, env: str) -> tuple[Path, dict[Path, str]]:
    """The project's folder, and the files that it lacks to be one."""
    try:
        home = placement.root_of(root)
    except ConfigError:
        home = root.resolve()
        mesh = (
            f"name: {json.dumps(home.name or 'mesh')}\n"
            'warehouse: "${warehouse}"\n'
            "domains:\n"
            f"  {domain}:\n"
            f"    owner: {json.dumps(owner or f'{domain} team')}\n"
        )
        return home, {placement.MESH: mesh, **_env(home, env)}
    return home, _env(home, env)


def _env(home: Path, env: str) -> dict[Path, str]:
    if any((home / placement.ENVS).glob("*.yaml")):
        return {}
    return {placement.env_path(env): "world: {type: local, home: .mesh}\nvalues:\n  warehouse: .mesh/warehouse\n"}


def _owner(home: Path, domain: str, owner: str, env: str) -> str:
    """The owner whom the contract names. Raises `ConfigError` when the mesh does not know the domain."""
    if not any((home / placement.ENVS).glob("*.yaml")):
        return owner or f"{domain} team"
    known = Project.open(home, env).mesh.domains
    if domain not in known:
        fix = f"add under domains:  {domain}: {{owner: {owner or domain + ' team'}}}"
        problem = f"the mesh has no domain '{domain}'"
        raise ConfigError(Fault("UNKNOWN_DOMAIN", problem, placement.MESH.as_posix(), fix))
    return owner or known[domain].owner


def _seen_from(home: Path, sample: Path) -> str:
    path = sample.resolve()
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.as_posix()


def _write(target: Path, path: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        problem = f"it cannot be written: {error.strerror or type(error).__name__}"
        raise RunError(Fault("WRITE_FAILED", problem, path.as_posix(), "check the folder's rights")) from error
