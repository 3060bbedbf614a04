"""Runs as people and machines read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.wording import seconds

if TYPE_CHECKING:
    from datetime import datetime

    from mesh_etl.cli.screen import Page
    from mesh_etl.operate.runs import Run

TITLES = ("started (UTC)", "state", "took", "DPU-hours", "attempt", "run")
NUMBERS = ("took", "DPU-hours", "attempt")


def table(page: Page, found: Sequence[Run]) -> None:
    """The runs are a table."""
    rows = [(moment(one.started), one.state, took(one), dpu_hours(one), str(one.attempt + 1), one.id) for one in found]
    page.table(TITLES, rows, NUMBERS)


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
