"""What the versions of Glue are, as far as jobs depend on it.

Sources: https://docs.aws.amazon.com/glue/latest/dg/release-notes.html, migrating-version-51.html and
migrating-version-60.html; for ends https://docs.aws.amazon.com/glue/latest/dg/glue-version-support-policy.html, which
announces none for these versions as of 2026-11.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class GlueVersion:
    """One version and its Python; `ends` is the day from which runs are no longer started."""

    name: str
    python: str
    ends: datetime.date | None = None


GLUE: Mapping[str, GlueVersion] = {
    one.name: one
    for one in (
        GlueVersion("5.0", "3.11"),
        GlueVersion("5.1", "3.11"),
        GlueVersion("6.0", "3.13"),
    )
}
FLEX_WORKERS = ("G.1X", "G.2X")  # https://docs.aws.amazon.com/glue/latest/dg/add-job.html
USUAL_DPUS = 1000  # of all runs of an account, until more are asked for: the quota "Max DPUs"
LONGEST_RUN = datetime.timedelta(days=7)
LONGEST_WINDOW = datetime.timedelta(minutes=15)
# Glue sizes these by the type and the number of workers, or starts the session with them.
OF_GLUE = (
    "spark.app.name", "spark.driver.cores", "spark.driver.memory", "spark.dynamicAllocation.", "spark.executor.cores",
    "spark.executor.instances", "spark.executor.memory", "spark.glue.", "spark.master", "spark.submit.",
)  # fmt: skip


def started_on(version: str) -> tuple[str, ...]:
    """The versions that a job may start on: the one that it states, or with `auto` the one before and the newest."""
    return ("5.1", "6.0") if version == "auto" else (version,)
