"""Runs as people and machines read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.wording import seconds

if TYPE_CHECKING:
    from datetime import datetime

    from mesh_etl.cli.screen import Page
    from mesh_etl.operate.flow import DeployedFlow
    from mesh_etl.operate.flow_runs import FlowRun
    from mesh_etl.operate.runs import Run

FLOW_TITLES = ("started (UTC)", "state", "ended (UTC)", "run of the flow")
TITLES = ("started (UTC)", "state", "took", "DPU-hours", "attempt", "run")
NUMBERS = ("took", "DPU-hours", "attempt")
SPARE = ("DPU-hours", "attempt", "took")
ROOM = 150  # columns, for the ids of runs in full


def table(page: Page, found: Sequence[Run]) -> None:
    """The runs are a table."""
    short = ids(page, [one.id for one in found])
    rows = [
        (moment(one.started), one.state, took(one), dpu_hours(one), str(one.attempt + 1), short[one.id])
        for one in found
    ]
    page.table(TITLES, rows, NUMBERS, spare=SPARE)


def ids(page: Page, full: Sequence[str]) -> dict[str, str]:
    """The runs as the page shows them, by their ids: where there is little room, by the beginnings that name them."""
    from mesh_etl.operate.named import short

    return dict(zip(full, short(full) if page.width < ROOM else full, strict=True))


def plain(one: Run) -> dict[str, Any]:
    """The run as plain JSON data."""
    return {
        "id": one.id,
        "job": one.job,
        "state": one.state,
        "started": one.started.isoformat(),
        "ended": one.ended.isoformat() if one.ended else None,
        "seconds": one.seconds,
        "dpu_hours": one.dpu_hours,
        "attempt": one.attempt,
        "error": one.error,
    }


def flow(page: Page, one: DeployedFlow, found: Sequence[FlowRun]) -> None:
    """The flow is named with its products, and its runs are a table."""
    page.line(f"{one.name}: {one.words}", "bold")
    if not found:
        page.line("  it has not run yet")
        return
    short = ids(page, [run.id for run in found])
    rows = [(moment(run.started), run.said, moment(run.ended) if run.ended else "", short[run.id]) for run in found]
    page.table(FLOW_TITLES, rows, spare=("ended (UTC)",))
    page.line()


def plain_flow(one: DeployedFlow, found: Sequence[FlowRun]) -> dict[str, Any]:
    """The flow with its runs as plain JSON data."""
    runs = [
        {
            "id": run.id,
            "state": run.state,
            "failed": run.bad,
            "started": run.started.isoformat(),
            "ended": run.ended.isoformat() if run.ended else None,
            "error": run.error,
        }
        for run in found
    ]
    return {"name": one.name, "products": list(one.flow.products), "runs": runs}


def moment(at: datetime) -> str:
    """To the second, as UTC has it."""
    from datetime import UTC

    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def took(one: Run) -> str:
    """How long it took, or nothing while it runs."""
    return "" if one.active else seconds(one.seconds)


def dpu_hours(one: Run) -> str:
    """What it is billed by, or nothing where that is not known."""
    return "" if one.dpu_hours is None else f"{one.dpu_hours:.3f}"
