"""`cast`: wider types, without loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from mesh_etl.contract import types
from mesh_etl.errors import Fault, PlanError
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Name, column, keep, require
from mesh_etl.transforms.trace import business

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
_WIDER = {
    "float": {"double"},
    "tinyint": {"float", "double"},
    "smallint": {"float", "double"},
    "int": {"double"},
    "date": {"timestamp", "timestamp_ntz"},
}
# Engines write floating point numbers and nested values as text in different ways.
_AS_TEXT = {"boolean", "tinyint", "smallint", "int", "bigint", "date", "timestamp", "timestamp_ntz", "string"}


def _type(text: str) -> str:
    return types.parse(text).ddl()


@transform
class Cast(Transform):
    """Give columns wider types. A cast that could lose or refuse a value is an error before anything is read.

    - {type: cast, columns: {quantity: bigint, order_key: string}}
    """

    type: Literal["cast"] = "cast"
    columns: dict[Name, Annotated[str, AfterValidator(_type)]] = Field(
        min_length=1, description="The new type of each column: `{column: type}`."
    )

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The frame with the new types; raises `PlanError` CAST_LOSSY where a value might not fit."""
        where = f"{context.place}.columns"
        require(df, self.columns, where)
        have = dict(df.dtypes)
        lossy = [name for name, wanted in self.columns.items() if not lossless(have[name], wanted)]
        if lossy:
            fix = "type it at the source, or use 'derive' with try_cast() and a required rule"
            raise PlanError(
                *(
                    Fault("CAST_LOSSY", f"{have[name]} to {self.columns[name]} may lose values", f"{where}.{name}", fix)
                    for name in lossy
                )
            )
        return keep(
            df,
            (
                column(name).cast(self.columns[name]).alias(name) if name in self.columns else column(name)
                for name in business(df)
            ),
        )


def lossless(have: str, wanted: str) -> bool:
    """Whether every value of the type `have` is one of the type `wanted` as well, or has one spelling as text."""
    try:
        old, new = types.parse(have), types.parse(wanted)
    except ValueError:
        return False
    if old == new:
        return True
    if isinstance(old, types.Decimal):
        if isinstance(new, types.Decimal):
            return new.scale >= old.scale and new.precision - new.scale >= old.precision - old.scale
        return new == types.Simple("string")
    if not isinstance(old, types.Simple):
        return False
    if isinstance(new, types.Decimal):
        return old.name in _DIGITS and new.precision - new.scale >= _DIGITS[old.name]
    if not isinstance(new, types.Simple):
        return False
    if new.name == "string":
        return old.name in _AS_TEXT
    if old.name in _DIGITS and new.name in _DIGITS:
        return _DIGITS[new.name] >= _DIGITS[old.name]
    return new.name in _WIDER.get(old.name, ())
