"""`mesh-etl plan`: what a run would do, without touching anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import (
    HERE,
    Acknowledge,
    Date,
    EngineName,
    Env,
    Json,
    NoColor,
    Remote,
    Root,
    engine_options,
)

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.worlds import World


def plan(
    product: Annotated[str, typer.Argument(help="As domain.name.")],
    engine: EngineName = "embedded",
    remote: Remote = "",
    acknowledge: Acknowledge = "",
    date: Date = "",
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Show what a run would do; nothing is touched."""
    from mesh_etl import worlds
    from mesh_etl.cli import outlook, priced, screen, views
    from mesh_etl.config import Project
    from mesh_etl.config.moment import moment_of
    from mesh_etl.cost.planned import planned_cost
    from mesh_etl.plan import build
    from mesh_etl.run import engines, rehearse

    project = Project.open(root, env)
    if product in project.views():
        views.planned(project, product, as_json)
        return
    world = worlds.open(project.env, project.root)
    planned = build(project.job(product), acknowledge=acknowledge, moment=moment_of(date))
    if planned.work == "run":
        with engines.open(engine, **engine_options(remote)) as opened:
            rehearse(planned, opened, world.secret)
    catalogue = _catalogue(planned, world)
    screen.errors(views.personal(project, [planned.product]), "warning")
    cost = planned_cost(planned)
    if as_json:
        screen.document({**outlook.facts(planned, catalogue), "cost": priced.facts(cost) if cost else None})
    else:
        outlook.show(screen.Page(env), planned, catalogue, priced.line(cost) if cost else "")


def _catalogue(plan: Plan, world: World) -> tuple[str, ...]:
    """What the catalogues lack of the table as it stands, in words."""
    from mesh_etl.publish.entries import lacking

    found = lacking(plan.job, plan.contract, plan.ledger, world)
    return (f"table {plan.product} would be created",) if found is None else found
