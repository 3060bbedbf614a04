"""The configuration of a job, compiled: of all files of the project those that its products need, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mesh_etl.config import mesh_file, placement
from mesh_etl.config.compiled import Compiled
from mesh_etl.config.document import Document, Loc, Place
from mesh_etl.config.env import AwsWorld
from mesh_etl.config.interpolate import Interpolation, names_in
from mesh_etl.config.product_name import domain_of
from mesh_etl.config.secret import plain_secrets
from mesh_etl.config.yaml import read, text
from mesh_etl.contract.load import contract_of
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.order import needs
from mesh_etl.plan.references import led_to
from mesh_etl.product.load import path_of

if TYPE_CHECKING:
    from mesh_etl.config import Project

# What a run reads of mesh.yaml; of the rest, people and tags above all, it need not know.
_OF_MESH = {
    "name", "warehouse", "domains", "versioning", "plugins", "policies", "exemptions", "accounts", "governance",
    "deployment",
}  # fmt: skip
_NOT_OF_DOMAIN = {"description", "tags"}


def compiled(project: Project, products: tuple[str, ...]) -> bytes:
    """The JSON that `Project.compiled` opens, for these products of one domain; for none, the whole mesh.

    The world is the account of their domain, or the central one, without a profile; of the values of the environment
    it has those that its files name. Raises `ConfigError` with the faults of the files, and SECRET_IN_CONFIG where a
    value of the environment puts a secret into one.
    """
    chosen = frozenset(products or project.products())
    known = _with_those_they_read(project, products) if products else chosen
    files: dict[str, Document | str] = {}
    for product in sorted(known):
        _add_job(project, product, files, whole=product in chosen)
    if not products:
        _add_views(project, files)
    _add_mesh(project, known, files, whole=not products)
    faults = [fault for one in files.values() if isinstance(one, Document) for fault in _secrets(project, one)]
    if faults:
        raise ConfigError(*faults)
    environment = _environment(project, products, files.values())
    files[environment.name] = environment
    return Compiled(project.env_name, tuple(sorted(products)), files).data()


def _with_those_they_read(project: Project, products: Iterable[str]) -> frozenset[str]:
    """The products, and those whose tables their jobs read or their foreign keys lead to."""
    found = set(products)
    for product in products:
        job = project.job(product)
        found |= {*needs(job), *led_to(job, contract_of(job))} & {*project.products()}
    return frozenset(found)


def _add_job(project: Project, product: str, files: dict[str, Document | str], whole: bool) -> None:
    """Its job and contract, and where it is made here, what stands beside them and is read too."""
    job = project.job(product)
    files[job.path.as_posix()] = job.document
    contract = job.contract_path.relative_to(project.root).as_posix()
    files[contract] = read(job.contract_path, contract)
    described = path_of(job)
    if whole and described.is_file():
        name = described.relative_to(project.root).as_posix()
        files[name] = read(described, name)


def _add_views(project: Project, files: dict[str, Document | str]) -> None:
    for product in project.views():
        view = project.view(product)
        files[view.path.as_posix()] = view.document
        contract = view.contract_path.relative_to(project.root).as_posix()
        files[contract] = read(view.contract_path, contract)
        if view.view.sql_file is not None:
            path = view.path.with_name(view.view.sql_file)
            files[path.as_posix()], _ = text(project.root / path, path.as_posix())


def _add_mesh(project: Project, products: frozenset[str], files: dict[str, Document | str], whole: bool) -> None:
    """The files of the mesh and of domains, without what jobs for these products have no use for."""
    domains = {domain_of(product) for product in products}
    name = placement.MESH.as_posix()
    mesh = read(project.root / placement.MESH, name)
    files[name] = mesh if whole else _kept(mesh, _of_mesh(project, mesh, products, domains))
    for path in sorted((project.root / placement.CONFIGS).glob(f"*/{mesh_file.FILE}")):
        name = path.relative_to(project.root).as_posix()
        if whole:
            files[name] = read(path, name)
        elif path.parent.name in domains:
            files[name] = _kept(read(path, name), _of_domain)


def _of_mesh(project: Project, mesh: Document, products: frozenset[str], domains: set[str]) -> Callable[[Loc], bool]:
    accounts = {project.mesh.domains[name].account for name in domains}
    if project.mesh.governance is not None:
        accounts.add(project.mesh.governance.account)

    def wanted(loc: Loc) -> bool:
        match loc:
            case (str(key),):
                return key in _OF_MESH
            case ("accounts", name):
                return name in accounts
            case ("domains", name):
                return name in domains
            case ("domains", _, *rest):
                return _of_domain(tuple(rest))
            case ("deployment", key):
                return key == "jobs"
            case ("policies", index):
                about = mesh.data["policies"][index].get("domains")
                return about is None or bool(domains & set(about))
            case ("policies", index, "domains", at):
                return mesh.data["policies"][index]["domains"][at] in domains
            case ("exemptions", index):
                return bool(products & set(mesh.data["exemptions"][index]["products"]))
            case _:
                return True

    return wanted


def _of_domain(loc: Loc) -> bool:
    return loc[0] not in _NOT_OF_DOMAIN and (loc[0] != "deployment" or len(loc) != 2 or loc[1] == "jobs")


def _kept(document: Document, wanted: Callable[[Loc], bool]) -> Document:
    """The document with those of its parts that are wanted, each with its place in the file."""
    places: dict[Loc, Place] = {}

    def walk(value: Any, old: Loc, new: Loc) -> Any:
        places[new] = document.places[old]
        if isinstance(value, dict):
            return {key: walk(one, (*old, key), (*new, key)) for key, one in value.items() if wanted((*old, key))}
        if isinstance(value, list):
            kept = [index for index in range(len(value)) if wanted((*old, index))]
            return [walk(value[index], (*old, index), (*new, at)) for at, index in enumerate(kept)]
        return value

    return Document(document.name, walk(document.data, (), ()), places)


def _secrets(project: Project, document: Document) -> list[Fault]:
    """The places where the values of the environment would put a secret into the file."""
    interpolation = Interpolation(document, project.env.values, "")
    return plain_secrets(document, interpolation.apply(document.data))


def _environment(project: Project, products: tuple[str, ...], files: Iterable[Document | str]) -> Document:
    """The environment's file, as it is in the account that the job runs in."""
    path = placement.env_path(project.env_name)
    stated = read(project.root / path, path.as_posix())
    used = {name for one in files if isinstance(one, Document) for name in names_in(one.data)}
    values = {name: _unnamed(value) for name, value in project.env.values.items() if name in used}
    data: dict[str, Any] = {"world": _world(project, products).model_dump(exclude_none=True)}
    if "s3" in stated.data:
        data["s3"] = project.env.s3.model_dump(exclude_none=True)
    if values:
        data["values"] = values
    faults = plain_secrets(stated, data)
    if faults:
        raise ConfigError(*faults)
    return Document(stated.name, data, _places_of(data, stated))


def _world(project: Project, products: tuple[str, ...]) -> AwsWorld:
    world, mesh = project.env.world, project.mesh
    if not isinstance(world, AwsWorld):
        fix = "choose an environment whose world is of type aws: --env NAME"
        where = placement.env_path(project.env_name).as_posix()
        raise ConfigError(Fault("NOT_ON_AWS", f"the environment '{project.env_name}' is this machine", where, fix))
    centre = mesh.governance.account if mesh.governance else None
    name = mesh.domains[domain_of(products[0])].account if products else centre
    if name is None:
        return AwsWorld(region=world.region, account=world.account)
    return AwsWorld(region=mesh.accounts[name].region, account=mesh.accounts[name].id)


def _unnamed(value: Any) -> Any:
    """A settled value, which names nothing more."""
    return value.replace("${", "$${") if isinstance(value, str) else value


def _places_of(data: Any, stated: Document, loc: Loc = ()) -> dict[Loc, Place]:
    line, column = stated.position(loc)
    key_line, key_column = stated.position(loc, key=True)
    text = None if isinstance(data, dict) else str(data)
    found = {loc: Place(line, column, key_line, key_column, text)}
    for key, one in data.items() if isinstance(data, dict) else ():
        found |= _places_of(one, stated, (*loc, key))
    return found
