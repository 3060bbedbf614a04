"""The eight comparisons of the standard: what a measured value must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OPERATORS = (
    "must_be",
    "must_not_be",
    "must_be_greater_than",
    "must_be_greater_or_equal_to",
    "must_be_less_than",
    "must_be_less_or_equal_to",
    "must_be_between",
    "must_not_be_between",
)


@dataclass(frozen=True)
class Comparison:
    """An operator, one of `OPERATORS`, and what it compares with: a scalar, or two numbers for the intervals.

    An interval is without its ends unless it is `closed`: the text of the standard says that `mustBeBetween` is the
    same as `mustBeGreaterThan` and `mustBeLessThan` (data-quality.md), and the text goes before its schema.
    """

    operator: str
    operand: Any
    closed: bool = False

    def holds(self, measured: Any) -> bool:
        """Whether `measured` is what the rule asks for; None never is, except for `mustBe: null`."""
        if self.operator == "must_be":
            return bool(measured == self.operand)
        if measured is None:
            return False
        match self.operator:
            case "must_not_be":
                return bool(measured != self.operand)
            case "must_be_greater_than":
                return bool(measured > self.operand)
            case "must_be_greater_or_equal_to":
                return bool(measured >= self.operand)
            case "must_be_less_than":
                return bool(measured < self.operand)
            case "must_be_less_or_equal_to":
                return bool(measured <= self.operand)
        low, high = self.operand
        inside = low <= measured <= high if self.closed else low < measured < high
        return bool(inside == (self.operator == "must_be_between"))

    def __str__(self) -> str:
        signs = ("=", "<>", ">", ">=", "<", "<=", "between", "not between")
        sign = dict(zip(OPERATORS, signs, strict=True))[self.operator]
        if isinstance(self.operand, tuple):
            ends = "inclusive" if self.closed else "exclusive"
            return f"{sign} {self.operand[0]} and {self.operand[1]} ({ends})"
        return f"{sign} {self.operand}"


NONE = Comparison("must_be", 0)
