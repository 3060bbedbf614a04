"""`mesh-etl contract policies`: what each policy of the mesh says of each product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

if TYPE_CHECKING:
    from mesh_etl.cli.policed import Policed
    from mesh_etl.errors import Fault

Products = Annotated[list[str] | None, typer.Argument(metavar="PRODUCT", help="As domain.name; default: all.")]
Ci = Annotated[bool, typer.Option("--ci", help="Annotations that GitHub shows beside the lines.")]


def policies(
    products: Products = None,
    ci: Ci = False,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Hold contracts and jobs against the policies of the mesh."""
    from mesh_etl.cli import jobs, screen, views
    from mesh_etl.cli.annotations import annotate
    from mesh_etl.cli.policed import policed
    from mesh_etl.config import Project

    project = Project.open(root, env)
    known = project.views()
    wanted = products or (*project.products(), *known)
    found = jobs.read(project, [one for one in wanted if one not in known])
    viewed = views.judged(project, [one for one in wanted if one in known])
    told = policed(project, {**found.valid, **viewed.loaded}, {**found.contracts, **viewed.contracts})
    broken = (one for error in found.broken.values() for one in error.faults)
    faults = list(dict.fromkeys([*broken, *viewed.faults, *told.faults]))
    if as_json:
        screen.document(_document(told, faults))
    elif ci:
        annotate("error", faults)
        annotate("warning", told.warnings)
    else:
        screen.errors(faults)
        screen.errors(told.warnings, "warning")
        _table(told)
    if faults:
        raise typer.Exit(2)


def _table(told: Policed) -> None:
    from mesh_etl.cli import screen

    page = screen.Page()
    if not told.verdicts:
        page.line("The mesh has no policy for these products; docs/policies.md says how to write one.")
        return
    rows = [(one.policy, one.product, one.status, f"{one.judged:,}", f"{len(one.faults):,}") for one in told.verdicts]
    page.table(("policy", "product", "verdict", "judged", "breaks"), sorted(rows), right=("judged", "breaks"))


def _document(told: Policed, faults: Iterable[Fault]) -> dict[str, object]:
    from mesh_etl.cli.failures import plain

    verdicts = [
        {
            "policy": one.policy,
            "product": one.product,
            "verdict": one.status,
            "judged": one.judged,
            "breaks": plain(one.faults),
        }
        for one in told.verdicts
    ]
    return {"verdicts": verdicts, "faults": plain(faults), "warnings": plain(told.warnings)}
