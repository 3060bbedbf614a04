"""`mesh-etl validate`: whether the configuration means something, all faults at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.jobs import Jobs
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.errors import Fault

Products = Annotated[list[str] | None, typer.Argument(metavar="PRODUCT", help="As domain.name; default: all.")]


def _rules(job: LoadedJob, contract: Contract) -> tuple[Fault, ...]:
    """What is wrong with the contract's rules in this mesh: SQL that is not allowed, foreign keys that lead nowhere."""
    from mesh_etl.checks import planned
    from mesh_etl.errors import ConfigError
    from mesh_etl.plan.references import settled
    from mesh_etl.plan.suppressions import suppressed

    try:
        settled(job, contract, suppressed(job, planned(contract)))
    except ConfigError as error:
        return error.faults
    return ()


def _ports(project: Project, found: Jobs) -> list[Fault]:
    """What is wrong with the data products beside the jobs."""
    from mesh_etl.cli import jobs
    from mesh_etl.product.lint import product_faults
    from mesh_etl.product.load import path_of

    if not any(path_of(job).is_file() for job in found.valid.values()):
        return []
    known = jobs.read(project, project.products()).contracts
    return product_faults(found.valid.values(), found.contracts, known)


def validate(
    products: Products = None, root: Root = HERE, env: Env = "local", as_json: Json = False, no_color: NoColor = False
) -> None:
    """Check jobs and contracts; list every fault."""
    from mesh_etl.cli import jobs, screen
    from mesh_etl.cli.policed import policed
    from mesh_etl.cli.wording import NO_PRODUCT, count
    from mesh_etl.config import Project
    from mesh_etl.errors import ConfigError
    from mesh_etl.order import in_order, unknown_needs
    from mesh_etl.plan.references import led_to
    from mesh_etl.plan.suppressions import over

    project = Project.open(root, env)
    found = jobs.read(project, products or project.products())
    faults = [fault for error in found.broken.values() for fault in error.faults]
    faults += unknown_needs(found.valid.values(), project.products())
    faults += [fault for job in found.valid.values() for fault in _rules(job, found.contracts[job.product])]
    faults += _ports(project, found)
    judged = policed(project, found.valid, found.contracts)
    faults += judged.faults
    if faults:
        raise ConfigError(*dict.fromkeys(faults))  # a contract that two jobs share is told once
    refers = {name: led_to(job, found.contracts[name]) for name, job in found.valid.items()}
    order = [job.product for job in in_order(found.valid.values(), refers)]
    files = {job.contract_path for job in found.valid.values()}
    warnings = [*judged.warnings, *(one for job in found.valid.values() for one in over(job))]
    if as_json:
        told = {"valid": True, "products": order, "jobs": len(order), "contracts": len(files)}
        screen.document({**told, "warnings": [str(one) for one in warnings]})
        return
    screen.errors(warnings, "warning")
    page = screen.Page()
    page.line(f"{count(len(order), 'job')}, {count(len(files), 'contract')}: valid")
    if not order:
        page.line(NO_PRODUCT)
