"""Conditions on the rows of a table: columns held against constants, as row filters of Lake Formation have them.

SQL's logic of three values: where a column is NULL a comparison is neither true nor false, and a row counts only where
the whole is true. Source: https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = str | Decimal | bool
Sign = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """The column's value against a constant."""

    column: str
    sign: Sign
    value: Value


@dataclass(frozen=True, slots=True)
class Like:
    """The column's text, by a pattern in which % stands for any characters and _ for one; case counts."""

    column: str
    pattern: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """The column has no value."""

    column: str


@dataclass(frozen=True, slots=True)
class Not:
    """What is false is true."""

    of: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All parts are true; of none it is true."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts is true; of none it is false."""

    of: tuple[Condition, ...]


Condition = Compare | Like | IsNull | Not | Every | Either


def columns(condition: Condition) -> Iterator[str]:
    """The columns that the condition reads, in lower case, with repetitions."""
    match condition:
        case Compare(column=name) | Like(column=name) | IsNull(column=name):
            yield name
        case Not(of):
            yield from columns(of)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from columns(part)
