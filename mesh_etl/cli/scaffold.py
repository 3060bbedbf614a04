"""The files of a new product, and those of a new project where there is none yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.cli.raw import below_raw
from mesh_etl.config import Mesh, Project, placement
from mesh_etl.config.job import PRODUCT
from mesh_etl.config.product_name import parts_of
from mesh_etl.errors import ConfigError, Fault, RunError
from mesh_etl.templates.known import Value
from mesh_etl.templates.project import local_text, mesh_text, prod_text

if TYPE_CHECKING:
    from mesh_etl.crawl import Findings


@dataclass(frozen=True)
class Drafted:
    """A product as it was drafted: the findings and the texts of its two files."""

    product: str
    owner: str
    found: Findings
    path: str | list[str]

    @cached_property
    def files(self) -> dict[str, str]:
        """contract.yaml and job.yaml by name."""
        from mesh_etl.crawl import contract_text, job_text

        return {
            "contract.yaml": contract_text(self.found, self.product, self.owner),
            "job.yaml": job_text(self.found, self.product, self.path),
        }


def drafted(paths: Sequence[str], product: str, owner: str, root: Path, env: str, rows: int | None = None) -> Drafted:
    """The draft of a product from files; without a name for it, it is called after them. Nothing is written.

    The classifiers of the project's mesh.yaml are asked, where there is a project.
    Raises `ConfigError`, and what reading the files raises.
    """
    from mesh_etl.crawl import Classifiers, crawl
    from mesh_etl.crawl.reach import ROWS

    product = product or _called_after(paths)
    check_name(product)
    domain, name = parts_of(product)
    home, mesh = _mesh(root, env)
    where = placement.MESH.as_posix()
    asked = Classifiers.of(mesh.classifiers, home, where) if mesh else Classifiers()
    found = crawl(paths, name, rows or ROWS, asked)
    known = mesh.domains.get(domain) if mesh else None
    seen = [_seen_from(home, path) for path in paths]
    return Drafted(
        product, owner or (known.owner if known else f"{domain} team"), found, seen[0] if len(seen) == 1 else seen
    )


def scaffold(product: str, paths: Sequence[str], owner: str, root: Path, env: str) -> tuple[Drafted, tuple[Path, ...]]:
    """The product's contract and job exist, in a project that knows its domain; returns the draft and the new files.

    Raises `ConfigError` before anything is written: for a name that is no product's, a file that exists already, a
    domain that the mesh does not have, or a sample that tells nothing.
    """
    check_name(product)
    domain, name = parts_of(product)
    home = _mesh(root, env)[0]
    below, values = below_raw(home, env, [_seen_from(home, path) for path in paths])
    home, files = project_files(domain, owner, root, env, values)
    if placement.MESH not in files:
        check_domain(home, domain, owner, env)
    folder = placement.CONFIGS / domain / name
    taken = [folder / one for one in ("contract.yaml", "job.yaml") if (home / folder / one).exists()]
    _check_free(taken)
    draft = replace(drafted(paths, product, owner, root, env), path=below[0] if len(below) == 1 else below)
    files |= {folder / one: text for one, text in draft.files.items()}
    return draft, written(home, files)


def written(home: Path, files: Mapping[Path, str]) -> tuple[Path, ...]:
    """The files exist below `home`.

    Raises `ConfigError` FILE_EXISTS before the first is written, and `RunError` WRITE_FAILED with none of them left.
    """
    _check_free(path for path in files if (home / path).exists())
    with ExitStack() as undone:
        for path, text in files.items():
            undone.callback(_gone, home / path)
            _write(home / path, path, text)
        undone.pop_all()
    return tuple(files)


def check_name(product: str) -> None:
    """Raises `ConfigError` PRODUCT_NAME for what cannot name a product."""
    if not re.fullmatch(PRODUCT, product):
        fix = "use domain.name, each of lower-case letters, digits and _, as in sales.orders"
        raise ConfigError(Fault("PRODUCT_NAME", "this is not the name of a product", "PRODUCT", fix))


def _check_free(taken: Iterable[Path]) -> None:
    fix = "name another product (mesh-etl init domain.name), or delete it first"
    faults = [Fault("FILE_EXISTS", "the file exists already", path.as_posix(), fix) for path in taken]
    if faults:
        raise ConfigError(*faults)


def _called_after(paths: Sequence[str]) -> str:
    """A name for the product of these files: that of the file, or of the folder that a pattern looks into."""
    from mesh_etl.crawl.naming import snake

    steps = [step for step in paths[0].rstrip("/").split("/") if step and not re.search(r"[*?\[]", step)]
    name = snake((steps or ["draft"])[-1].partition(".")[0]).strip("_")
    return f"draft.{name if re.match('[a-z]', name) else 'files'}"


def _mesh(root: Path, env: str) -> tuple[Path, Mesh | None]:
    """The project's folder and its mesh; the folder itself and None where there is no project yet."""
    try:
        home = placement.root_of(root)
    except ConfigError:
        return root.resolve(), None
    return home, Project.open(home, env).mesh if any((home / placement.ENVS).glob("*.yaml")) else None


def project_files(
    domain: str, owner: str, root: Path, env: str, values: Sequence[Value] = ()
) -> tuple[Path, dict[Path, str]]:
    """The project's folder, and the files that it lacks to be one; new environments have these values."""
    try:
        home = placement.root_of(root)
    except ConfigError:
        home = root.resolve()
        mesh = mesh_text(home.name, domain, owner or f"{domain} team")
        return home, {placement.MESH: mesh, **_envs(home, domain, env, values)}
    return home, _envs(home, domain, env, values)


def _envs(home: Path, domain: str, env: str, values: Sequence[Value]) -> dict[Path, str]:
    """The environments of a project that has none: this machine, and an AWS account that is not known yet."""
    if any((home / placement.ENVS).glob("*.yaml")):
        return {}
    prod, local = prod_text(home.name, domain, values), local_text(domain, values)
    return {placement.env_path("prod"): prod, placement.env_path(env): local}


def check_domain(home: Path, domain: str, owner: str, env: str) -> None:
    """Raises `ConfigError` when the mesh does not know the domain."""
    _, mesh = _mesh(home, env)
    if mesh is not None and domain not in mesh.domains:
        fix = f"add under domains:  {domain}: {{owner: {owner or domain + ' team'}}}"
        problem = f"the mesh has no domain '{domain}'"
        raise ConfigError(Fault("UNKNOWN_DOMAIN", problem, placement.MESH.as_posix(), fix))


def _seen_from(home: Path, path: str) -> str:
    if "://" in path:
        return path
    absolute = Path(path).absolute()  # not resolved: a pattern is no file, and a link is a name that somebody chose
    return absolute.relative_to(home).as_posix() if absolute.is_relative_to(home) else absolute.as_posix()


def _gone(target: Path) -> None:
    with suppress(OSError):
        target.unlink(missing_ok=True)


def _write(target: Path, path: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        problem = f"it cannot be written: {error.strerror or type(error).__name__}"
        raise RunError(Fault("WRITE_FAILED", problem, path.as_posix(), "check the folder's rights")) from error
