"""The moment of a run, as a command or a Glue job names it where it is not now."""

from __future__ import annotations

import datetime

from mesh_etl.errors import ConfigError, Fault


def moment_of(said: str) -> datetime.datetime | None:
    """The moment in UTC that a date or a time in ISO 8601 names; None for an empty text.

    A time without a zone is one of UTC. Raises `ConfigError` BAD_DATE.
    """
    if not said:
        return None
    try:
        found = datetime.datetime.fromisoformat(said)
    except ValueError:
        fault = Fault("BAD_DATE", "it is no date or moment", "--date", "write it as in 2026-11-20 or 2026-11-20T06:00")
        raise ConfigError(fault) from None
    return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)
