"""`anomaly`: a value that is far from those of the last versions."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from statistics import fmean, median, stdev
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mesh_etl.checks.custom.base import check
from mesh_etl.checks.custom.history import HistoryCheck, short
from mesh_etl.checks.history import Point, Range

_NORMAL = 1.4826  # the standard deviation of a normal distribution is that many median absolute deviations


@check
class Anomaly(HistoryCheck):
    """The metric is within some deviations of its middle in the last versions.

    `around: mean` takes the mean and the standard deviation; `around: median` the median and the median absolute
    deviation, which single outliers do not move (Leys et al., 2013).

        implementation: {check: anomaly, metric: nullShare, last: 10, deviations: 3}
    """

    type: Literal["anomaly"] = "anomaly"
    around: Literal["mean", "median"] = Field(default="mean", description="The middle: mean or median.")
    last: int = Field(default=10, ge=2, description="How many earlier versions are looked at.")
    at_least: int = Field(default=5, ge=2, description="With fewer earlier versions the rule is not executed.")
    deviations: float = Field(default=3, gt=0, description="How many deviations from the middle are expected.")
    tolerance: float = Field(default=0, ge=0, description="What is expected around the middle in any case.")

    @model_validator(mode="after")
    def _enough(self) -> Anomaly:
        if self.at_least > self.last:
            fix = "raise 'last', or lower 'at_least'"
            raise PydanticCustomError("history", "'at_least' is more than 'last'", {"fix": fix, "at": ("at_least",)})
        return self

    def reach(self) -> int:
        return self.last

    def words(self) -> str:
        spread = "standard" if self.around == "mean" else "median absolute"
        return f"within {self.deviations:g} {spread} deviations of the last {self.last}"

    def expected(self, earlier: Sequence[Point], now: datetime.datetime) -> Range | str:
        values = [point.value for point in earlier[-self.last :]]
        if len(values) < self.at_least:
            return short(self.at_least, len(values))
        return around(values, self.around, self.deviations, self.tolerance)


def around(values: Sequence[float], middle: Literal["mean", "median"], deviations: float, tolerance: float) -> Range:
    """What lies within so many deviations of the middle of at least two values."""
    if middle == "mean":
        centre, spread = fmean(values), stdev(values)
    else:
        centre = median(values)
        spread = _NORMAL * median(abs(value - centre) for value in values)
    reach = max(deviations * spread, tolerance)
    return Range(centre - reach, centre + reach, len(values))
