"""`seasonal`: a value that is unusual for its day of the week."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mesh_etl.checks.custom.anomaly import around
from mesh_etl.checks.custom.base import check
from mesh_etl.checks.custom.history import HistoryCheck, short
from mesh_etl.checks.history import Point, Range


@check
class Seasonal(HistoryCheck):
    """The metric is within some standard deviations of its mean on the same day of the week (UTC) in the weeks before.

    Of a day with several versions, the last one counts.

        implementation: {check: seasonal, metric: rowCount, weeks: 6}
    """

    type: Literal["seasonal"] = "seasonal"
    weeks: int = Field(default=6, ge=2, description="How many weeks are looked at.")
    at_least: int = Field(default=3, ge=2, description="With fewer such days the rule is not executed.")
    deviations: float = Field(default=3, gt=0, description="How many standard deviations from the mean are expected.")
    tolerance: float = Field(default=0, ge=0, description="What is expected around the mean in any case.")

    @model_validator(mode="after")
    def _enough(self) -> Seasonal:
        if self.at_least > self.weeks:
            fix = "raise 'weeks', or lower 'at_least'"
            raise PydanticCustomError("history", "'at_least' is more than 'weeks'", {"fix": fix, "at": ("at_least",)})
        return self

    def words(self) -> str:
        return f"within {self.deviations:g} standard deviations of the same weekday in {self.weeks} weeks"

    def expected(self, earlier: Sequence[Point], now: datetime.datetime) -> Range | str:
        today = now.astimezone(datetime.UTC).date()
        days = {point.at.astimezone(datetime.UTC).date(): point.value for point in earlier}
        before = [today - datetime.timedelta(weeks=week) for week in range(self.weeks, 0, -1)]
        values = [days[day] for day in before if day in days]
        if len(values) < self.at_least:
            return short(self.at_least, len(values), f"versions of a {today:%A} in the {self.weeks} weeks before")
        return around(values, "mean", self.deviations, self.tolerance)
