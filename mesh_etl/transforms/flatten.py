"""`flatten`: the fields of structs as columns, the items of an array as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from mesh_etl.errors import Fault, PlanError
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Name, Names, column, keep, require, require_free
from mesh_etl.transforms.trace import business

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Flatten(Transform):
    """Turn the fields of struct columns into columns, and, with `explode`, the items of one array into rows.

    A row whose array is empty or NULL stays, with a NULL item. An exploded column can be flattened in the same step.

        - {type: flatten, explode: items, columns: [items], prefix: item_}
    """

    type: Literal["flatten"] = "flatten"
    columns: Names = Field(default=(), description="The struct columns whose fields become columns.")
    prefix: str | None = Field(
        default=None, description="Stands before each field's name; the column's name and `_` if not given."
    )
    explode: Name | None = Field(default=None, description="The array column whose items become rows.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.columns and self.explode is None:
            raise ValueError("flattens nothing: give 'columns', 'explode' or both")
        if self.prefix is not None and self.prefix.lower().startswith("_mesh"):
            raise ValueError("prefix is reserved: names that start with _mesh_ are internal")
        return self

    def is_traced(self) -> bool:
        """Only without `explode` does each row stay one row."""
        return self.explode is None

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The flat frame; raises `PlanError` NOT_AN_ARRAY or NOT_A_STRUCT for columns of another type."""
        from pyspark.sql import functions as F

        if self.explode is not None:
            where = f"{context.place}.explode"
            require(df, [self.explode], where)
            _require_kind(df, self.explode, "array", where)
            items = F.explode_outer(column(self.explode)).alias(self.explode)
            df = df.select(*(items if name == self.explode else column(name) for name in df.columns))
        where = f"{context.place}.columns"
        require(df, self.columns, where)
        fields = {name: self._fields(df, name, where) for name in self.columns}
        stay = [name for name in business(df) if name not in fields]
        require_free([new for each in fields.values() for new in each.values()], stay, where, "give another prefix")
        flat = []
        for name in business(df):
            if name in fields:
                # Sail 0.7 reads the fields of a NULL struct as zeros.
                there = column(name).isNotNull()
                flat += [F.when(there, column(name).getField(old)).alias(new) for old, new in fields[name].items()]
            else:
                flat.append(column(name))
        return keep(df, flat)

    def _fields(self, df: DataFrame, name: str, where: str) -> dict[str, str]:
        kind = _require_kind(df, name, "struct", where)
        prefix = f"{name}_" if self.prefix is None else self.prefix
        return {field: prefix + field for field in kind.names}


def _require_kind(df: DataFrame, name: str, wanted: Literal["array", "struct"], where: str) -> Any:
    kind: Any = df.schema[name].dataType
    if kind.typeName() != wanted:
        code = {"array": "NOT_AN_ARRAY", "struct": "NOT_A_STRUCT"}[wanted]
        fix = f"name a column of the type {wanted}, or leave the step out"
        raise PlanError(Fault(code, f"'{name}' is {kind.simpleString()}, and {wanted} is expected", where, fix))
    return kind
