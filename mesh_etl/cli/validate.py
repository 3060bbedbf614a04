"""`mesh-etl validate`: whether the configuration means something, all faults at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.cli.jobs import Jobs
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.errors import Fault
    from mesh_etl.govern.compile import Compiled
    from mesh_etl.views.load import Viewed

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


def _governed(project: Project, found: Jobs, views: Iterable[Viewed]) -> Compiled:
    """What is wrong with what these contracts say about access."""
    from mesh_etl.config.suppression import today
    from mesh_etl.govern.compile import compiled
    from mesh_etl.govern.products import of_job, of_view

    products = [of_job(job, found.contracts[name]) for name, job in found.valid.items()]
    products += [of_view(view) for view in views]
    return compiled(project.mesh, products, today=today(), where=project.where_mesh, kms_key=project.env.s3.kms_key)


def validate(
    products: Products = None, root: Root = HERE, env: Env = "local", as_json: Json = False, no_color: NoColor = False
) -> None:
    """Check jobs, views and contracts; list every fault."""
    from mesh_etl.cli import jobs, onward, screen, views
    from mesh_etl.cli.policed import policed
    from mesh_etl.cli.wording import NO_PRODUCT, count
    from mesh_etl.config import Project, placement
    from mesh_etl.errors import ConfigError
    from mesh_etl.order import in_order, unknown_needs
    from mesh_etl.plan.references import led_to
    from mesh_etl.plan.suppressions import over

    project = Project.open(root, env)
    known = project.views()
    wanted = products or (*project.products(), *known)
    found = jobs.read(project, [one for one in wanted if one not in known])
    viewed = views.judged(project, [one for one in dict.fromkeys(wanted) if one in known])
    faults = [fault for error in found.broken.values() for fault in error.faults]
    faults += viewed.faults
    faults += unknown_needs(found.valid.values(), project.products())
    faults += [fault for job in found.valid.values() for fault in _rules(job, found.contracts[job.product])]
    faults += _ports(project, found)
    judged = policed(project, {**found.valid, **viewed.loaded}, {**found.contracts, **viewed.contracts})
    governed = _governed(project, found, viewed.valid.values())
    faults += [*judged.faults, *governed.faults]
    if faults:
        raise ConfigError(*dict.fromkeys(faults))  # a contract that two jobs share is told once
    refers = {name: led_to(job, found.contracts[name]) for name, job in found.valid.items()}
    order = [job.product for job in in_order(found.valid.values(), refers)]
    files = {job.contract_path for job in found.valid.values()}
    files |= {view.loaded.contract_path for view in viewed.valid.values()}
    warnings = [*judged.warnings, *(one for job in found.valid.values() for one in over(job)), *viewed.warnings]
    warnings += [] if products else governed.warnings  # of a part of the mesh nobody can tell what it lacks
    warnings += views.personal(project, (*found.valid, *viewed.valid))
    lone = {} if products else placement.unmade(project.root)
    warnings += [placement.unmade_fault(one) for one in lone.values() if project.root / one not in files]
    if as_json:
        told = {"valid": True, "products": order, "jobs": len(order), "contracts": len(files)}
        told |= {"views": sorted(viewed.valid)} if viewed.valid else {}
        screen.document({**told, "warnings": [str(one) for one in warnings]})
        return
    screen.errors(warnings, "warning")
    page = screen.Page(env)
    also = f", {count(len(viewed.valid), 'view')}" if viewed.valid else ""
    page.line(f"{count(len(order), 'job')}{also}, {count(len(files), 'contract')}: valid")
    if not (order or viewed.valid or lone):
        page.line(NO_PRODUCT)
    onward.after_validate(page, order)
