"""A project on disk: `configs/` with the mesh, its environments and the jobs of its products."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from os.path import normpath
from pathlib import Path

from mesh_etl.config import mesh_file, placement
from mesh_etl.config.compiled import Compiled, verified
from mesh_etl.config.document import Document
from mesh_etl.config.env import Env, LocalWorld
from mesh_etl.config.governance.identity import Identity
from mesh_etl.config.interpolate import settled_values
from mesh_etl.config.job import JobBase, job_model
from mesh_etl.config.mesh import Mesh
from mesh_etl.config.plugins import findable, import_plugins
from mesh_etl.config.product_name import domain_of, parts_of
from mesh_etl.config.resolve import resolve
from mesh_etl.config.view import View
from mesh_etl.config.yaml import content, parse, read, text
from mesh_etl.errors import ConfigError, Fault, did_you_mean


@dataclass(frozen=True)
class Project:
    """The configuration of a mesh in one environment; `root` is the absolute folder that holds `configs/`.

    `assigned` are the products that it was compiled for; a folder is for all of its products, and says nothing.
    """

    root: Path
    mesh: Mesh
    env: Env
    env_name: str
    assigned: tuple[str, ...] = ()

    @classmethod
    def open(cls, root: Path | str = ".", env: str = "local") -> Project:
        """The project at `root`, or at the nearest folder above it that has one, in the environment `env`.

        Its plug-ins are imported. Raises `ConfigError` when there is no project, no such environment, or a fault in
        `mesh.yaml` or the environment's file.
        """
        home = placement.root_of(Path(root))
        env_path = placement.env_file(home, env)
        env_document = read(home / env_path, env_path.as_posix())
        values, faults = settled_values(env_document)
        found_env = resolve(Env, env_document, values, env_document.name, faults)
        mesh_document = mesh_file.document(home)
        mesh = mesh_file.mesh_of(mesh_document, values, env_document.name)
        import_plugins(mesh.plugins, home, mesh_document)
        return cls(home, mesh, found_env, env)

    @classmethod
    def compiled(cls, source: Path | str) -> Project:
        """The project that was compiled into one JSON, at a path or an `s3://` address; see `config/compiled.py`.

        Raises `ConfigError`: FILE_MISSING, FILE_UNREADABLE, COMPILED_UNREADABLE, COMPILED_FORMAT, and COMPILED_DAMAGED
        when it is not what the hash in its address says; `RunError` COMPILED_UNREACHABLE when S3 does not answer.
        """
        name = str(source)
        if name.startswith("s3://"):
            # Looked up by name when it is needed: configuration stands below the worlds and must not import them.
            data: bytes = import_module("mesh_etl.worlds.fetched").fetched(name)
        else:
            data = content(Path(source), name)
        found = Compiled.read(verified(data, name), name)
        return replace(cls.open(found.folder(), found.environment), assigned=found.products)

    @property
    def warehouse(self) -> str:
        """Where tables are kept: an absolute folder, or an address such as `s3://…`."""
        return self.path(self.mesh.warehouse)

    def path(self, text: str) -> str:
        """The path or address that a config file states: relative paths count from the root of the project."""
        return text.rstrip("/") if "://" in text else str(self.root / text)

    def table_root(self, product: str) -> str:
        """Where the table of the product `<domain>.<name>` is kept: in its domain's warehouse, or that of the mesh."""
        domain, name = parts_of(product)
        own = self.mesh.domains[domain].warehouse if domain in self.mesh.domains else None
        return f"{self.path(own) if own else self.warehouse}/{domain}/{name}"

    def s3(self, domain: str = "") -> dict[str, str | None]:
        """How the tables of a domain are kept where its warehouse is in S3, as the fields of `storage.S3Storage`.

        The bucket's owner is what the environment says, else the account of a domain with a warehouse of its own, else
        that of the world.
        """
        stated, world = self.env.s3, self.env.world
        if isinstance(world, LocalWorld):
            return {"kms_key": stated.kms_key, "bucket_owner": stated.bucket_owner}
        return {
            "kms_key": stated.kms_key,
            "bucket_owner": stated.bucket_owner or self._owner(domain) or world.account,
            "profile": world.profile,
            "region": world.region,
        }

    def _owner(self, domain: str) -> str | None:
        found = self.mesh.domains.get(domain)
        return self.mesh.accounts[found.account].id if found and found.warehouse and found.account else None

    def identity(self, account: str, role: str | None = None) -> Identity:
        """The role `role` of an account of the mesh by its name; by default the one that governs there."""
        found = self.mesh.accounts[account]
        return Identity(found.id, role or found.role, found.region, found.external_id)

    def producer(self, domain: str) -> Identity | None:
        """The role that the domain's jobs run as in its account; None in a mesh without accounts."""
        stated = self.mesh.domains[domain]
        if stated.account is None:
            return None
        runner = next((persona.role for persona in stated.personas.values() if persona.runs_jobs), None)
        return self.identity(stated.account, runner)

    @property
    def governance_store(self) -> str:
        """Where requests for access and the audit of reads are kept."""
        stated = self.mesh.governance.store if self.mesh.governance else None
        return self.path(stated or f"{self.mesh.warehouse}/_governance")

    @property
    def event_bus(self) -> str | None:
        """The ARN of the bus that is told what happens; None where there is none."""
        governance = self.mesh.governance
        if governance is None or governance.event_bus is None or governance.event_bus.startswith("arn:"):
            return governance.event_bus if governance else None
        return self.mesh.accounts[governance.account].arn("events", f"event-bus/{governance.event_bus}")

    def where_mesh(self, *loc: str | int) -> str:
        """The place `file:line:column` of a part of `mesh.yaml`."""
        return self._mesh_document.where(loc)

    @cached_property
    def _mesh_document(self) -> Document:
        return mesh_file.document(self.root)

    def products(self) -> tuple[str, ...]:
        """All products that have a job file, by name."""
        return placement.products(self.root)

    def has_job(self, product: str) -> bool:
        """Whether there is a product of this name that has a job file."""
        return placement.has_job(self.root, product)

    def views(self) -> tuple[str, ...]:
        """All products that have a view file, by name."""
        return placement.views(self.root)

    def job(self, what: str | Path) -> LoadedJob:
        """The job of a product, or the job in a file or folder, checked in full.

        A file whose text is as it was is not checked again.
        Raises `ConfigError` with all faults of the file, and when there is no such product or file.
        """
        path = placement.job_file(self.root, what)
        stated, name = text(self.root / path, path.as_posix())
        known = self._checked.get(path)
        if known is None or known.text != stated or not isinstance(known.job, job_model()):  # plug-ins may be more now
            document = parse(stated, name)
            known = self._checked[path] = _Checked(stated, document, self._resolved(path, document))
        return self._loaded(path, known.job, known.document)

    def job_in(self, path: Path, document: Document) -> LoadedJob:
        """The job that the document describes as the one at `path`, checked in full. Raises `ConfigError` as `job`."""
        return self._loaded(path, self._resolved(path, document), document)

    @cached_property
    def _checked(self) -> dict[Path, _Checked]:
        """The jobs that were checked, by their file."""
        return {}

    def _resolved(self, path: Path, document: Document) -> JobBase:
        searched = placement.env_path(self.env_name).as_posix()
        misplaced = placement.faults(document, path, self.mesh)
        return resolve(job_model(), document, self.env.values, searched, misplaced)

    def _loaded(self, path: Path, job: JobBase, document: Document) -> LoadedJob:
        contract = self._contract(path, job.contract, document)
        if any(step.type == "python" for step in job.transforms):
            findable(self.root)
        domain, name = parts_of(job.product)
        return LoadedJob(self, job.product, domain, name, path, job, document, contract)

    def view(self, product: str) -> LoadedView:
        """The view of a product, whose SQL is not read yet.

        Raises `ConfigError` with all faults of the file, and when there is no such view or file.
        """
        path = placement.view_file(self.root, product)
        document = read(self.root / path, path.as_posix())
        misplaced = placement.faults(document, path, self.mesh)
        if (self.root / path).with_name("job.yaml").exists():
            fix = "a product is made by a job or is a view: remove one of them"
            misplaced.append(Fault("JOB_AND_VIEW", "a job.yaml stands beside it", document.where(()), fix))
        searched = placement.env_path(self.env_name).as_posix()
        view = resolve(View, document, self.env.values, searched, misplaced)
        return LoadedView(self, product, path, view, document, self._contract(path, view.contract, document))

    def _contract(self, path: Path, name: str, document: Document) -> Path:
        contract = (self.root / path).parent / name
        if not Path(normpath(contract)).is_relative_to(self.root):
            problem, where = "contract: it is outside of the project", document.where(("contract",))
            raise ConfigError(Fault("PATH_OUTSIDE", problem, where, "put it beside this file"))
        if not contract.is_file():
            beside = [one.name for one in contract.parent.glob("*.y*ml") if one.name != path.name]
            fix = did_you_mean(contract.name, beside) or "write it, or have it drafted: mesh-etl infer PATH --out DIR"
            raise ConfigError(
                Fault("CONTRACT_MISSING", "contract: there is no such file", document.where(("contract",)), fix)
            )
        return contract


@dataclass(frozen=True)
class _Checked:
    """The text of a job's file, and what came of it."""

    text: str
    document: Document
    job: JobBase


@dataclass(frozen=True)
class LoadedJob:
    """A job that is valid in itself: the model, where it stands, and the project around it.

    `path` is relative to the project's root, `contract_path` is absolute.
    """

    project: Project
    product: str
    domain: str
    name: str
    path: Path
    job: JobBase
    document: Document
    contract_path: Path

    def where(self, *loc: str | int, key: bool = False) -> str:
        """The place `file:line:column` of a part of the job, as in `where("transforms", 2, "keys")`."""
        return self.document.where(loc, key)

    @property
    def identity(self) -> Identity | None:
        """The role that the domain's jobs run as in its account; None in a mesh without accounts."""
        return self.project.producer(self.domain)

    @property
    def table_root(self) -> str:
        """Where the product's table is kept."""
        return self.project.table_root(self.product)


@dataclass(frozen=True)
class LoadedView:
    """A view that is valid in itself: the model, where it stands, and the project around it.

    `path` is relative to the project's root, `contract_path` is absolute.
    """

    project: Project
    product: str
    path: Path
    view: View
    document: Document
    contract_path: Path

    @property
    def domain(self) -> str:
        """The domain that publishes it."""
        return domain_of(self.product)

    def where(self, *loc: str | int) -> str:
        """The place `file:line:column` of a part of the view."""
        return self.document.where(loc)


def load(what: str | Path, root: Path | str = ".", env: str = "local") -> LoadedJob:
    """The job of a product, or the job in a file, of the project at `root` in the environment `env`.

    Raises `ConfigError` with all faults of the first file that has any.
    """
    return Project.open(root, env).job(what)
