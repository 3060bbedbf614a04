"""How many rows may be rejected before a run counts as failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError, core_schema

from mesh_etl.config.model import Model
from mesh_etl.config.suppression import Suppression

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?) ?%")


@dataclass(frozen=True)
class MaxRejected:
    """The most rows that may be rejected: `limit` rows, or `limit` percent of the rows read."""

    limit: Fraction
    percent: bool

    @classmethod
    def parse(cls, value: int | str) -> MaxRejected:
        """The threshold that `value` spells: `100` is rows, `"1%"` a share of the rows read.

        Raises `ValueError` when it spells none.
        """
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return cls(Fraction(value), percent=False)
        if isinstance(value, str) and re.fullmatch(r"\d{1,18}", value):
            return cls(Fraction(int(value)), percent=False)
        match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
        if match and Fraction(match[1]) <= 100:
            return cls(Fraction(match[1]), percent=True)
        raise ValueError("is neither a number of rows nor a percentage up to 100%")

    def allows(self, rejected: int, read: int) -> bool:
        """Whether `rejected` of `read` rows are within the threshold; the bound itself is."""
        return rejected * 100 <= self.limit * read if self.percent else rejected <= self.limit

    def __str__(self) -> str:
        number = f"{float(self.limit):.9f}".rstrip("0").rstrip(".")
        return f"{number}%" if self.percent else f"{int(self.limit)} rows"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """The form in which a config file states the threshold."""
        form: list[Any] = [core_schema.int_schema(ge=0), core_schema.str_schema(pattern=rf"^({_PERCENT.pattern})$")]
        return core_schema.no_info_plain_validator_function(
            _accepted,
            json_schema_input_schema=core_schema.union_schema(form),
            serialization=core_schema.to_string_ser_schema(),
        )


def _accepted(value: Any) -> MaxRejected:
    if isinstance(value, MaxRejected):
        return value
    try:
        return MaxRejected.parse(value)
    except ValueError as error:
        fix = "write 100 for rows or '1%' for a share"
        raise PydanticCustomError("threshold", "{problem}", {"problem": str(error), "fix": fix}) from None


class Checks(Model):
    """What the run does with the verdict of the contract's rules."""

    max_rejected: MaxRejected = Field(
        default=MaxRejected(Fraction(5), percent=True),
        description="The most rows that may be rejected before nothing is published: rows, or a percentage.",
    )
    suppress: tuple[Suppression, ...] = Field(
        default=(), description="Rules that are put up with until a date: what breaks them stays and is counted."
    )
    sketches: tuple[str, ...] | Literal["all"] = Field(
        default=(),
        description="Columns of which each commit keeps sketches of its values, beside those that a rule needs.",
    )
    not_executed: Literal["report", "fail"] = Field(
        default="report",
        description="What rules that this version cannot execute do to a run: they are told, or nothing is published.",
    )
    acknowledge: str | None = Field(
        default=None, description="The version of the contract whose breaking changes the owner accepts."
    )
