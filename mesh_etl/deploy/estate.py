"""What a domain has in its account: the jobs and what they need, before any of it is spelled for AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mesh_etl.config.deployment.job import Deployment
from mesh_etl.config.deployment.mesh import Chore, DomainDeployment
from mesh_etl.config.deployment.settled import of_domain, of_job
from mesh_etl.config.env import AwsWorld
from mesh_etl.config.governance.accounts import Account
from mesh_etl.config.governance.identity import Identity
from mesh_etl.config.product_name import domain_of
from mesh_etl.deploy import names
from mesh_etl.deploy.forwarding import CENTRE as CENTRE
from mesh_etl.deploy.forwarding import forwards
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.order import needs

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project

Task = Literal["run", "stream", "maintain", "audit", "govern"]
BEGIN = "begin with: mesh-etl init"


@dataclass(frozen=True)
class GlueJob:
    """One Glue job: what it does (`jobs/<task>.py`), for which products, and how it is run."""

    name: str
    task: Task
    products: tuple[str, ...]
    settings: Deployment
    schedule: str | None = None  # of a chore; when a product's own job starts, its settings say

    @property
    def script(self) -> str:
        """The entry script, by its name in `jobs/`."""
        return f"{self.task}.py"

    @property
    def product(self) -> str:
        """The product that it makes; empty for a chore, which is for all of the unit's."""
        return self.products[0] if self.task in ("run", "stream") else ""


@dataclass(frozen=True)
class Estate:
    """What one unit of the mesh, a domain or the governance account, deploys as one stack.

    `reads` has, for each product that has a job here, the products of the mesh that it reads.
    """

    mesh: str
    env: str
    unit: str
    account: Account
    role: Identity  # the jobs run as this
    settings: DomainDeployment
    jobs: tuple[GlueJob, ...]
    reads: Mapping[str, tuple[str, ...]]

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return names.stack(self.mesh, self.env, self.unit)

    @property
    def artifacts(self) -> str:
        """The bucket of its scripts, packages, temporary files and logs."""
        return self.settings.artifacts or names.bucket(self.stack, self.account.id, "artifacts")

    @property
    def boundary(self) -> str:
        """The ARN of the policy that bounds every role which its stacks make."""
        name = self.settings.boundary or names.boundary(self.stack)
        return f"arn:aws:iam::{self.account.id}:policy/{name}"

    @property
    def topic(self) -> str:
        """The ARN of the topic that hears of it: the one that the configuration names, or its own."""
        return self.settings.alarms.topic or self.account.arn("sns", names.topic(self.stack))

    @property
    def deployer(self) -> Identity:
        """The role that deploys it and operates its jobs."""
        return Identity(self.account.id, self.account.deploy_role, self.account.region, self.account.external_id)

    @property
    def products(self) -> tuple[str, ...]:
        """The products that its jobs make, in the order of these."""
        return tuple(one.product for one in self.jobs if one.product)

    def job_of(self, product: str) -> GlueJob | None:
        """The job that makes the product, or None where there is none."""
        return next((one for one in self.jobs if one.product == product), None)

    def maker(self, product: str) -> GlueJob:
        """The job that makes the product, where it is known that one does, as of those in a flow."""
        found = self.job_of(product)
        assert found is not None, "the caller knows that it has a job"
        return found


def units(project: Project) -> tuple[str, ...]:
    """The units that can be deployed: every domain that has a job, and the governance account where it has a chore, or
    passes on what the mesh tells. Raises `ConfigError` DOMAIN_NAME for a domain that is called as that account is."""
    if CENTRE in project.mesh.domains:
        problem = f"'{CENTRE}' is what the governance account is called, where things are deployed"
        where = project.where_mesh("domains", CENTRE)
        raise ConfigError(Fault("DOMAIN_NAME", problem, where, "give the domain another name"))
    domains = {domain_of(product) for product in project.products()}
    governed = project.mesh.governance is not None and (project.mesh.deployment.govern is not None or forwards(project))
    return (*sorted(domains & project.mesh.domains.keys()), *((CENTRE,) if governed else ()))


def chosen(project: Project, named: Sequence[str]) -> tuple[str, ...]:
    """The units that are named, each once, and all of them where none is. Raises `ConfigError` NO_PRODUCT."""
    found = tuple(dict.fromkeys(named or units(project)))
    if not found:
        raise ConfigError(Fault("NO_PRODUCT", "no domain has a product, so nothing can be deployed", fix=BEGIN))
    return found


def estate(project: Project, unit: str, *, emptied: bool = False) -> Estate:
    """What the unit, a domain or `mesh` for the governance account, has in its account.

    With `emptied` it may be one that has nothing to deploy any more, as where its last product has gone.
    Raises `ConfigError`: NOT_ON_AWS in an environment that is this machine, UNKNOWN_UNIT, and the faults of its jobs.
    """
    world = project.env.world
    where = f"configs/env/{project.env_name}.yaml"
    if not isinstance(world, AwsWorld):
        fix = "choose an environment whose world is of type aws: --env NAME"
        raise ConfigError(Fault("NOT_ON_AWS", f"the environment '{project.env_name}' is this machine", where, fix))
    every = (*project.mesh.domains, *((CENTRE,) if project.mesh.governance is not None else ()))
    known = every if emptied else units(project)
    if unit not in known:
        fix = (did_you_mean(unit, known) or f"known: {', '.join(known)}") if known else BEGIN
        if unit in every:
            fix = f"{BEGIN}; what was deployed of it before goes with: mesh-etl destroy {unit}"
        raise ConfigError(Fault("UNKNOWN_UNIT", f"there is nothing to deploy for '{unit}'", "configs/mesh.yaml", fix))
    return _centre(project) if unit == CENTRE else _domain(project, unit, world)


def _domain(project: Project, domain: str, world: AwsWorld) -> Estate:
    mesh = project.mesh
    named = mesh.domains[domain].account
    account = mesh.accounts[named] if named else Account(id=world.account, region=world.region)
    settings = of_domain(mesh, domain)
    stack = names.stack(mesh.name, project.env_name, domain)
    role = project.producer(domain) or Identity(account.id, names.role(stack, "jobs"), account.region)
    jobs = [project.job(one) for one in project.products() if domain_of(one) == domain]
    made = [_product(stack, job, of_job(mesh, domain, job.job.deploy)) for job in jobs]
    every = tuple(job.product for job in jobs)
    chores: tuple[tuple[Task, Chore | None], ...] = (("maintain", settings.maintain), ("audit", settings.audit))
    made += [_chore(stack, task, every, settings.jobs, chore.at) for task, chore in chores if chore is not None]
    reads = {job.product: needs(job) for job in jobs}
    return Estate(mesh.name, project.env_name, domain, account, role, settings, tuple(made), reads)


def _centre(project: Project) -> Estate:
    mesh = project.mesh
    if mesh.governance is None:  # units() has looked
        raise ValueError("the mesh has no governance account")
    account = mesh.accounts[mesh.governance.account]
    stack = names.stack(mesh.name, project.env_name, CENTRE)
    chore = mesh.deployment.govern
    jobs = (_chore(stack, "govern", (), mesh.deployment.jobs, chore.at),) if chore is not None else ()
    role = project.identity(mesh.governance.account)
    return Estate(mesh.name, project.env_name, CENTRE, account, role, mesh.deployment, jobs, {})


def _product(stack: str, job: LoadedJob, settings: Deployment) -> GlueJob:
    task: Task = "run" if settings.stream is None else "stream"
    return GlueJob(names.job(stack, job.name, task), task, (job.product,), settings)


def _chore(stack: str, task: Task, products: tuple[str, ...], settings: Deployment, at: str) -> GlueJob:
    """A job for all products of the unit; it never runs on Spark, so that the smallest workers will do."""
    small = {"engine": "embedded", "worker_type": "G.1X", "workers": 2, "auto_scaling": False, "stream": None}
    return GlueJob(names.job(stack, "", task), task, products, settings.model_copy(update=small), at)
