"""A product that begins as one of the templates: its two files, its sample, and the project where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mesh_etl.cli.scaffold import check_domain, check_name, project_files, written
from mesh_etl.config import Project, placement
from mesh_etl.config.product_name import domain_of, parts_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.templates.known import RAW, TEMPLATES, Template, Value, template


@dataclass(frozen=True)
class Begun:
    """What a template has become: the products in the order in which they run, and the files that were written.

    `runs` says whether a run has something to read on this machine.
    """

    template: Template
    products: tuple[str, ...]
    files: tuple[Path, ...]
    runs: bool

    @property
    def product(self) -> str:
        """The product that was asked for."""
        return self.products[-1]


def begin(name: str, product: str, owner: str, root: Path, env: str) -> Begun:
    """A product begins as the template `name`, with a sample where its source is a folder of this machine.

    Raises `ConfigError` before anything is written: for a template or a name that cannot be, a domain that the mesh
    does not have, a value that an environment lacks, or a file that exists already.
    """
    chosen = template(name)
    product = product or chosen.product
    check_name(product)
    domain = domain_of(product)
    wanted = chosen.wanted({"domain": domain})
    home, files = project_files(domain, owner, root, env, wanted)
    if placement.MESH not in files:
        check_domain(home, domain, owner, env)
    if placement.env_path(env) not in files:
        _check_values(home, wanted)
    owner = owner or _owner(home, domain, env) or f"{domain} team"
    landing = _landing(home, files, env)
    products = [*([(TEMPLATES[chosen.made_of], f"{product}_orders")] if chosen.made_of else []), (chosen, product)]
    for made, called in products:
        files |= _product(made, called, owner, landing)
    named = tuple(called for _, called in products)
    return Begun(chosen, named, written(home, files), bool(landing) and RAW in chosen.values)


def _product(made: Template, product: str, owner: str, landing: Path | None) -> dict[Path, str]:
    """The files of one product, those of its sample among them where there is a folder for it."""
    domain, name = parts_of(product)
    texts = made.texts({"domain": domain, "name": name, "owner": owner})
    files = {placement.CONFIGS / domain / name / one: text for one, text in texts.items()}
    if landing is not None:
        files |= {landing / domain / name / one: text for one, text in made.samples().items()}
    return files


def _check_values(home: Path, wanted: tuple[Value, ...]) -> None:
    """Raises `ConfigError` VALUE_MISSING for each environment of the project that lacks one of these values."""
    faults = []
    for path in sorted((home / placement.ENVS).glob("*.yaml")):
        env = Project.open(home, path.stem).env
        for one in wanted:
            if one.name not in env.values:
                example = one.local if env.world.type == "local" else one.aws.replace("<mesh>", "…")
                problem = f"the template reads a value '{one.name}', which this environment does not have"
                where = placement.env_path(path.stem).as_posix()
                faults.append(Fault("VALUE_MISSING", problem, where, f"add under values:  {one.name}: {example}"))
    if faults:
        raise ConfigError(*faults)


def _owner(home: Path, domain: str, env: str) -> str:
    """Who answers for the domain in a project that is there already."""
    if not (home / placement.MESH).is_file() or not any((home / placement.ENVS).glob("*.yaml")):
        return ""
    found = Project.open(home, env).mesh.domains.get(domain)
    return found.owner if found else ""


def _landing(home: Path, files: dict[Path, str], env: str) -> Path | None:
    """The folder, relative to the project, in which files land in this environment; None where it is none of it."""
    if placement.env_path(env) in files:
        return Path(RAW.local)
    stated = str(Project.open(home, env).env.values.get(RAW.name, "://"))
    return None if "://" in stated or Path(stated).is_absolute() else Path(stated)
