"""What all row rules share."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from mesh_etl.contract.types import DataType, Simple, Varchar
from mesh_etl.contract.types import Decimal as DecimalType

if TYPE_CHECKING:
    import pyarrow as pa

# Where the number behind a verdict comes from: a test of each batch in the pass that writes it, one that the engine
# answers in that pass, the counts of the pass, hashes of keys that it keeps, the states of stored metrics, a scan of
# the staged table, a look into another product's table, the ledger, or the contract alone. States and ledger stand for
# the rows that stay in a table: the pass counts those that it adds.
Source = Literal["write", "engine", "counts", "keys", "states", "scan", "reference", "ledger", "contract"]


@dataclass(frozen=True)
class Rule:
    """A test of single rows (`kernels/write/rules.py`): its name, its column, and whether breaking it costs the row."""

    source: ClassVar[Source] = "write"
    id: str
    column: str
    rejects: bool

    @property
    def reads(self) -> tuple[str, ...] | None:
        """The columns that the test looks at; None for all of them."""
        return (self.column,) if self.column else None

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        """True for the rows that break the rule."""
        raise TypeError(f"{type(self).__name__} has no test")

    def text(self) -> str:
        """The rule in words, for plans and reports."""
        raise TypeError(f"{type(self).__name__} has no text")


@dataclass(frozen=True)
class ValueRule(Rule):
    """A test of single values: those of a column, or with `inside.Inside` those inside one."""

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        """True for the values that break the rule, False or NULL for the others; None when none does."""
        raise TypeError(f"{type(self).__name__} has no test")

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        return self.wrong(batch.column(self.column))


@dataclass(frozen=True)
class All(ValueRule):
    """The values break none of the tests: one rule, and one verdict, for several."""

    tests: tuple[ValueRule, ...]

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        found = None
        for test in self.tests:
            mask = test.wrong(values)
            if mask is not None:
                mask = pc.fill_null(mask, False)
                found = mask if found is None else pc.or_(found, mask)
        return found

    def text(self) -> str:
        return " and ".join(test.text() for test in self.tests)


def comparable(type_: DataType) -> bool:
    """Whether values of the type are compared with values of the contract: those that have no parts."""
    return isinstance(type_, Simple | DecimalType | Varchar)


def literal(value: Any, type_: DataType) -> Any:
    """A value of the contract as the Python value that compares with a column of the type.

    Raises `ValueError` when it is no value of the type.
    """
    if isinstance(type_, DecimalType):
        return Decimal(str(_number(value)))
    if not isinstance(type_, Simple):
        return str(value)
    match type_.name:
        case "date":
            return datetime.date.fromisoformat(str(value))
        case "timestamp" | "timestamp_ntz":
            moment = datetime.datetime.fromisoformat(str(value))
            if type_.name == "timestamp":
                return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
            return moment.replace(tzinfo=None)
        case "string":
            return str(value)
        case "binary":
            return str(value).encode()
        case "boolean":
            if not isinstance(value, bool):
                raise ValueError("is not true or false")
            return value
    return _number(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is not a number")
    return value


def holdable(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Those of the values that a column of the type can hold; no cell equals the others, such as 300 for a tinyint."""
    import pyarrow as pa

    found = []
    for value in values:
        if pa.types.is_integer(type_) and value != int(value):
            continue
        try:
            found.append(pa.scalar(value, type_))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            continue
    return pa.array([one.as_py() for one in found], type_)
