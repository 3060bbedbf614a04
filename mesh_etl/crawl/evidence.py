"""Why a column has its type and not a tighter one: how many cells fit, and the row that decided."""

from __future__ import annotations

from mesh_etl.crawl.ladder import Verdict
from mesh_etl.crawl.layout import Pieces


def evidence_of(verdict: Verdict, pieces: Pieces) -> tuple[str, ...]:
    """One sentence where a tighter type nearly held the column: counts and a place, never a value."""
    fit = verdict.nearly
    if fit is None or fit.first_misfit is None:
        return ()
    fitting = f"{fit.fitting:,} of {fit.cells:,} fit {fit.type.ddl()}"
    return (f"{verdict.type.ddl()}: {fitting}; {pieces.place(fit.first_misfit)} does not",)
