"""What a run, a refusal or a look at a table is worth telling, from the same facts as reports and events."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from mesh_etl.telemetry.model import (
    AGE,
    BYTES_WRITTEN,
    DURATION,
    FILES_WRITTEN,
    QUALITY_FAILURES,
    ROWS_READ,
    ROWS_REJECTED,
    ROWS_WRITTEN,
    Point,
)

if TYPE_CHECKING:
    from mesh_etl.publish.freshness import Freshness
    from mesh_etl.publish.report import Report
    from mesh_etl.tables.entry import Counts

# CloudWatch takes no point of more than two weeks ago, nor of the future, where a wrong clock may have put a commit.
NEWEST, OLDEST = datetime.timedelta(0), datetime.timedelta(days=13)


def of_run(report: Report, freshness: Freshness, seconds: float) -> tuple[Point, ...]:
    """What a run has done that ended well. One that published nothing tells no rows, which would count them twice."""
    now = datetime.datetime.now(datetime.UTC)
    found = [Point(QUALITY_FAILURES, 0, now), Point(DURATION, seconds, now), *of_age(freshness, now)]
    if report.outcome == "published":
        counts, written = report.entry.counts, report.written
        found += [
            Point(ROWS_READ, counts.read, now),
            Point(ROWS_WRITTEN, counts.good, now),
            Point(ROWS_REJECTED, counts.quarantined, now),
            Point(BYTES_WRITTEN, written.bytes, now),
            Point(FILES_WRITTEN, written.files, now),
        ]
    return tuple(found)


def of_refusal(counts: Counts, reasons: int, freshness: Freshness | None, seconds: float) -> tuple[Point, ...]:
    """What a run came to whose data were refused, for so many reasons; the table stands as it was."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        Point(ROWS_READ, counts.read, now),
        Point(ROWS_REJECTED, counts.quarantined, now),
        Point(QUALITY_FAILURES, reasons, now),
        Point(DURATION, seconds, now),
        *(of_age(freshness, now) if freshness else ()),
    )


def of_age(freshness: Freshness, now: datetime.datetime) -> tuple[Point, ...]:
    """How old the table is now; and once more that it was new at its commit, which may have been told by nobody.

    To tell that twice changes nothing: who looks for the newest version asks for the least age of an hour.
    """
    age = freshness.age(now)
    found = Point(AGE, max(age, NEWEST).total_seconds(), now)
    return (found, Point(AGE, 0, freshness.committed)) if NEWEST <= age < OLDEST else (found,)
