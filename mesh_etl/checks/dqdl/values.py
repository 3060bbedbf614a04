"""`ColumnValues` and `ColumnLength`: tests of single values.

NULL breaks `ColumnValues` except with `!=` and `not in`, unless NULL is listed
(https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html), and has the length 0 for `ColumnLength`
(https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnLength.html).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mesh_etl.checks.accepted import Accepted
from mesh_etl.checks.base import All, ValueRule
from mesh_etl.checks.dqdl.parse import Condition, Foreign, Keyword, Operand
from mesh_etl.checks.length import Length
from mesh_etl.checks.pattern import Pattern
from mesh_etl.checks.ranges import Range
from mesh_etl.checks.required import Missing, Required
from mesh_etl.contract.regex import refusal
from mesh_etl.contract.types import DataType, Simple, Varchar
from mesh_etl.contract.types import Decimal as DecimalType

_NUMBERS = {"tinyint", "smallint", "int", "bigint", "float", "double"}


@dataclass(frozen=True)
class Refused(Missing):
    """The column is none of the values; None among them is NULL."""

    def text(self) -> str:
        return f"{self.column} is not one of {len(self.values)} refused values"


def value_test(name: str, column: str, kind: DataType, condition: Condition) -> ValueRule:
    """The test that `ColumnValues` asks for. Raises `Foreign` where none means the same."""
    operator = condition.operator
    present = Required(name, column, False)
    if operator == "matches":
        return All(name, column, False, (present, _pattern(name, column, kind, condition)))
    if operator in ("not matches", "not between"):
        raise Foreign(f"'{operator}' is not executed")
    values = tuple(_value(one, kind) for one in condition.operands)
    if operator in ("!=", "not in"):
        return Refused(name, column, False, values)
    if operator in ("=", "in"):
        accepted = Accepted(name, column, False, tuple(value for value in values if value is not None))
        return accepted if None in values else All(name, column, False, (present, accepted))
    if None in values or isinstance(kind, Varchar) or kind == Simple("string"):
        raise Foreign("text and NULL have no order in DQDL")
    if operator == "between":
        return All(name, column, False, (present, Range(name, column, False, (values[0], False), (values[1], False))))
    end = (values[0], operator in (">=", "<="))
    lower, upper = (end, None) if operator in (">", ">=") else (None, end)
    return All(name, column, False, (present, Range(name, column, False, lower, upper)))


def _pattern(name: str, column: str, kind: DataType, condition: Condition) -> ValueRule:
    regex = condition.operands[0]
    if not isinstance(regex, str):
        raise ValueError("'matches' takes a pattern in quotation marks")
    if kind.ddl() != "string":
        raise Foreign("a pattern is for text")
    if reason := refusal(regex):
        raise Foreign(reason)
    return Pattern(name, column, False, rf"^(?:{regex})$")


def _value(operand: Operand, kind: DataType) -> Any:
    if isinstance(operand, Keyword):
        if operand.name == "WHITESPACES_ONLY":
            raise Foreign("the keyword WHITESPACES_ONLY is not executed")
        return None if operand.name == "NULL" else ""
    numeric = isinstance(kind, DecimalType) or (isinstance(kind, Simple) and kind.name in _NUMBERS)
    if isinstance(operand, Decimal) and numeric:
        return float(operand) if kind in (Simple("float"), Simple("double")) else operand
    if isinstance(operand, str) and kind.ddl() == "string":
        return operand
    if isinstance(operand, str) and kind == Simple("date"):
        return datetime.date.fromisoformat(operand)
    raise Foreign(f"the value is compared with a column of type {kind.ddl()}, which DQDL converts first")


def length_test(name: str, column: str, kind: DataType, condition: Condition) -> ValueRule:
    """The test that `ColumnLength` asks for. Raises `Foreign` where none means the same."""
    if kind.ddl() != "string":
        raise Foreign("lengths are those of text")
    numbers = [one for one in condition.operands if isinstance(one, Decimal) and one == one.to_integral_value()]
    if len(numbers) != len(condition.operands):
        raise ValueError("a length is a whole number")
    first, last = int(numbers[0]), int(numbers[-1])
    bounds: dict[str, tuple[int | None, int | None]] = {
        "=": (first, first),
        ">": (first + 1, None),
        ">=": (first, None),
        "<": (None, first - 1),
        "<=": (None, first),
        "between": (first + 1, last - 1),
    }
    if condition.operator not in bounds:
        raise Foreign(f"lengths are not compared with '{condition.operator}'")
    shortest, longest = bounds[condition.operator]
    length = Length(name, column, False, shortest, longest)
    if (shortest or 0) <= 0 <= (longest if longest is not None else 0):
        return length
    return All(name, column, False, (Required(name, column, False), length))
