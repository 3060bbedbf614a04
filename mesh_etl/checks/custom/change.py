"""`change`: a value that differs too much from the one before."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from mesh_etl.checks.custom.base import check
from mesh_etl.checks.custom.history import HistoryCheck, short
from mesh_etl.checks.history import Point, Range


@check
class Change(HistoryCheck):
    """The metric differs from its value in the version before by at most so many percent of that value.

    implementation: {check: change, metric: rowCount, percent: 50}
    """

    type: Literal["change"] = "change"
    percent: float = Field(gt=0, description="The most that the metric may differ, in percent of the value before.")

    def reach(self) -> int:
        return 1

    def words(self) -> str:
        return f"within {self.percent:g} % of the one before"

    def expected(self, earlier: Sequence[Point], now: datetime.datetime) -> Range | str:
        if not earlier:
            return short(1, 0, "earlier version")
        before = earlier[-1].value
        reach = abs(before) * self.percent / 100
        return Range(before - reach, before + reach, 1)
