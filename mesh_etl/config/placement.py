"""Which file of a project stands where."""

from __future__ import annotations

from pathlib import Path

from mesh_etl.config.document import Document
from mesh_etl.config.mesh import Mesh
from mesh_etl.config.product_name import parts_of
from mesh_etl.errors import ConfigError, Fault, did_you_mean

CONFIGS = Path("configs")
MESH = CONFIGS / "mesh.yaml"
ENVS = CONFIGS / "env"


def root_of(start: Path) -> Path:
    """The absolute folder of the project that `start` is in.

    Raises `ConfigError` when neither it nor a folder above it has `configs/mesh.yaml`.
    """
    absolute = start.resolve()
    for folder in (absolute, *absolute.parents):
        if (folder / MESH).is_file():
            return folder
    fix = "go to its folder, name it with --root FOLDER, or begin a project here: mesh-etl init"
    problem = f"there is no project here: neither this folder nor one above it has {MESH.as_posix()}"
    raise ConfigError(Fault("NO_PROJECT", problem, str(start), fix))


def env_path(env: str) -> Path:
    """The file of an environment, relative to the root."""
    return ENVS / f"{env}.yaml"


def environments(root: Path) -> tuple[str, ...]:
    """The names of all environments that have a file."""
    return tuple(sorted(path.stem for path in (root / ENVS).glob("*.yaml")))


def env_file(root: Path, env: str) -> Path:
    """The file of an environment that exists, relative to the root.

    Raises `ConfigError` when there is none of that name.
    """
    known = environments(root)
    if env in known:
        return env_path(env)
    fix = did_you_mean(env, known) or f"write {env_path(env).as_posix()}"
    raise ConfigError(Fault("UNKNOWN_ENV", f"there is no environment '{env}'", ENVS.as_posix(), fix))


def has_job(root: Path, product: str) -> bool:
    """Whether the product `<domain>.<name>` has a job file; asks for no other."""
    path = _path(product, "job.yaml")
    return path is not None and (root / path).is_file()


def products(root: Path) -> tuple[str, ...]:
    """All products with a job file under `configs/<domain>/<product>/`, by name."""
    files = (root / CONFIGS).glob("*/*/job.yaml")
    return tuple(sorted(f"{path.parent.parent.name}.{path.parent.name}" for path in files))


def views(root: Path) -> tuple[str, ...]:
    """All products with a view file under `configs/<domain>/<product>/`, by name."""
    files = (root / CONFIGS).glob("*/*/view.yaml")
    return tuple(sorted(f"{path.parent.parent.name}.{path.parent.name}" for path in files))


def view_file(root: Path, product: str) -> Path:
    """The view file of a product, relative to the root. Raises `ConfigError` when there is none."""
    path = _path(product, "view.yaml")
    if path is not None and (root / path).is_file():
        return path
    fix = did_you_mean(product, views(root)) or "no product has a configs/<domain>/<product>/view.yaml that matches"
    raise ConfigError(Fault("UNKNOWN_PRODUCT", f"there is no view '{product}'", CONFIGS.as_posix(), fix))


def unmade(root: Path) -> dict[str, Path]:
    """Products that have a file in their folder, and neither a job nor a view; with that file, relative to the root."""
    made, found = {*products(root), *views(root)}, dict[str, Path]()
    for path in sorted((root / CONFIGS).glob("*/*/*.y*ml"), key=lambda one: (one.stem == "contract", one)):
        product = f"{path.parent.parent.name}.{path.parent.name}"
        if path.stem in ("contract", "job", "view") and product not in made:
            found.setdefault(product, path.relative_to(root))
    return found


def unmade_fault(path: Path) -> Fault:
    """JOB_MISSING, for a file that stands beside no job."""
    problem = f"{path.name} stands here, and no job.yaml beside it, so nothing makes the product"
    fix = "write job.yaml: what is read, and into which table (docs/writing.md)"
    fix = fix if path.stem == "contract" else f"call it {path.stem}.yaml"
    return Fault("JOB_MISSING", problem, path.parent.as_posix(), fix)


def _path(product: str, file: str) -> Path | None:
    """Where the file of a product stands, relative to the root; None for what names no product."""
    domain, name = parts_of(product)
    plain = domain and name and not {".", "/", "\\"} & {*domain, *name}
    return CONFIGS / domain / name / file if plain else None


def job_file(root: Path, what: str | Path) -> Path:
    """The job file of a product, or the one that a path names, relative to the root.

    Raises `ConfigError` when there is none, or when it is not at `configs/<domain>/<product>/`.
    """
    if isinstance(what, str) and "/" not in what and not what.endswith((".yaml", ".yml")):
        return _of_product(root, what)
    named = Path(what)
    candidates = [named.resolve(), (root / named).resolve()]
    path = next((one for one in candidates if one.exists()), None)
    if path is None:
        fix = did_you_mean(named.name, products(root))
        raise ConfigError(Fault("FILE_MISSING", "there is no such job file", named.as_posix(), fix))
    path = path / "job.yaml" if path.is_dir() else path
    configs = root / CONFIGS
    if not path.is_relative_to(configs) or len(path.relative_to(configs).parts) != 3:
        fix = "a job stands at configs/<domain>/<product>/job.yaml"
        raise ConfigError(Fault("JOB_MISPLACED", "this is not the place of a job file", named.as_posix(), fix))
    return path.relative_to(root)


def _of_product(root: Path, product: str) -> Path:
    path = _path(product, "job.yaml")
    if path is not None and (root / path).is_file():  # the others are looked for only where it is not there
        return path
    if product in views(root):
        fix = f'read it: mesh-etl query "select * from {product}"'
        raise ConfigError(Fault("IS_A_VIEW", f"'{product}' is a view: it has no job", CONFIGS.as_posix(), fix))
    if product in (lone := unmade(root)):
        raise ConfigError(unmade_fault(lone[product]))
    close = did_you_mean(product, (*products(root), *views(root)))
    fix = close or "no product has a configs/<domain>/<product>/job.yaml that matches"
    raise ConfigError(Fault("UNKNOWN_PRODUCT", f"there is no product '{product}'", CONFIGS.as_posix(), fix))


def faults(document: Document, path: Path, mesh: Mesh) -> list[Fault]:
    """What is wrong between the product of a job or view, the folder it stands in, and the domains of the mesh."""
    domain, name = path.parts[-3], path.parts[-2]
    product = document.data.get("product") if isinstance(document.data, dict) else None
    found: list[Fault] = []
    if isinstance(product, str) and product != f"{domain}.{name}":
        problem = f"product: does not match its folder, which says '{domain}.{name}'"
        found.append(Fault("PRODUCT_MISPLACED", problem, document.where(("product",)), "rename one of the two"))
    if domain not in mesh.domains:
        problem = f"product: the domain '{domain}' is not in {MESH.as_posix()}"
        fix = did_you_mean(domain, mesh.domains)
        found.append(Fault("UNKNOWN_DOMAIN", problem, document.where(("product",)), fix))
    return found
