"""Where the columns of a product come from, by its own steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.lineage.frames import Use, Uses
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.masked import trail_of
from mesh_etl.notebook.page import Notes

if TYPE_CHECKING:
    from mesh_etl.plan import Plan


def origins(plan: Plan) -> Answer[dict[str, Uses]]:
    """Of each column of the contract those of the inputs that it is made of; no data is read."""
    frame = trail_of(plan)[-1]
    found = {one.name: frame.of(one.name) for one in plan.contract.schema}
    page = Notes()
    page.line(f"{plan.product}: what its columns are made of", style="bold")
    page.table(
        ("column", "made of", "how"),
        [
            (name, ", ".join(str(use.column) for use in sorted(uses)), ", ".join(sorted({_how(use) for use in uses})))
            for name, uses in found.items()
        ],
    )
    if frame.untold:
        page.line(f"not everything is told: {frame.untold}", style="dim")
    return Answer(found, page)


def _how(use: Use) -> str:
    how = "as it is" if use.kind == "identity" else use.kind
    return f"{how}, hidden" if use.hidden else how
