"""The metrics, all of them: numbers about a run or a table, never a value of the data.

CloudWatch bills each metric of each product for the hours in which it is told, so there are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime

Unit = Literal["Count", "Bytes", "Seconds"]  # of those that CloudWatch knows


@dataclass(frozen=True)
class Metric:
    """A metric of a product, by its name in CloudWatch."""

    name: str
    unit: Unit


@dataclass(frozen=True)
class Point:
    """The value of a metric at a moment, in UTC."""

    metric: Metric
    value: float
    at: datetime.datetime


ROWS_READ = Metric("RowsRead", "Count")  # rows that a run has read
ROWS_WRITTEN = Metric("RowsWritten", "Count")  # good rows that came in by a version
ROWS_REJECTED = Metric("RowsRejected", "Count")  # rows that a run has refused
BYTES_WRITTEN = Metric("BytesWritten", "Bytes")  # the size of the files that a version has written
FILES_WRITTEN = Metric("FilesWritten", "Count")  # how many files a version has written
QUALITY_FAILURES = Metric("QualityFailures", "Count")  # reasons for which a run refused its data, 0 where it did not
DURATION = Metric("Duration", "Seconds")  # how long a run took, from its plan to its publication
AGE = Metric("Age", "Seconds")  # how old the newest version of the table is, 0 at the moment of its commit
METRICS = (ROWS_READ, ROWS_WRITTEN, ROWS_REJECTED, BYTES_WRITTEN, FILES_WRITTEN, QUALITY_FAILURES, DURATION, AGE)
