"""Times as the command line takes them."""

from __future__ import annotations

import datetime

import typer


def age(text: str) -> datetime.timedelta:
    """The time that `7d` or `12h` spells. Raises Typer's error for wrong use when it spells none."""
    from mesh_etl.config.maintenance import span

    try:
        return span(text)
    except ValueError as error:
        raise typer.BadParameter(f"--older-than '{text}' {error}") from None
