"""`join`: columns of another input, or its keys as a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Name, Names, column, keep, reference, require, require_free
from mesh_etl.transforms.trace import business, drop_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_MATCH = "_mesh_match"
_INTEGERS = {"tinyint", "smallint", "int", "bigint"}


@transform
class Join(Transform):
    """Take columns from another input, or keep rows by whether it knows their key.

    `left` keeps every row; `inner` and `semi` drop the rows without a match, `anti` those with one, all counted as
    `join[n]`. A NULL key matches nothing. With `matches: one` (the default) the other input's keys must be unique,
    which is checked; `many` may repeat rows, so that their accounting starts anew.

        - {type: join, with: nations, on: {nation_key: key}, how: inner, columns: [nation]}
    """

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    type: Literal["join"] = "join"
    with_: str = Field(alias="with", min_length=1, description="The name of the other input.")
    on: Names | dict[Name, Name] = Field(
        min_length=1, description="The key: names that both sides have, or `{this side: other side}`."
    )
    how: Literal["left", "inner", "semi", "anti"] = Field(default="left", description="Which rows stay.")
    columns: Names | None = Field(
        default=None, description="The columns to take from the other input; all but its key if not given."
    )
    matches: Literal["one", "many"] = Field(default="one", description="How many rows of the other input may match.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.how in ("semi", "anti") and self.columns is not None:
            raise ValueError(f"a join that is {self.how} takes no columns; drop 'columns' or use how: inner")
        return self

    def reads(self) -> tuple[str, ...]:
        """The other input."""
        return (self.with_,)

    def is_traced(self) -> bool:
        """Only a join that cannot repeat a row keeps rows traced."""
        return self.matches == "one" or self.how in ("semi", "anti")

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The joined frame; raises `RunError` JOIN_NOT_UNIQUE when the other input repeats a key that may not."""
        from pyspark.sql import functions as F

        place = context.place
        other = reference(context, self.with_, f"{place}.with")
        keys = self.on if isinstance(self.on, dict) else {name: name for name in self.on}
        require(df, keys, f"{place}.on")
        require(other, keys.values(), f"{place}.on")
        _require_comparable(df, other, keys, f"{place}.on")
        taken = self._taken(df, other, keys, place)

        # Names that no user can have keep both sides apart, whatever their columns are called.
        match_on = {f"_mesh_key{position}": right for position, right in enumerate(keys.values())}
        right = other.select(*(column(name).alias(key) for key, name in match_on.items()), *map(column, taken))
        for key in match_on:
            right = right.where(F.col(key).isNotNull())
        if self.how in ("semi", "anti"):
            right = right.distinct()
        elif self.matches == "one":
            self._require_unique(right, list(match_on), place)
        right = right.withColumn(_MATCH, F.lit(True))
        condition = F.lit(True)
        for key, left in zip(match_on, keys, strict=True):
            condition = condition & (column(left) == F.col(key))
        joined = df.join(right, condition, "left").drop(*match_on)
        if self.how == "left":
            return keep(joined, map(column, [*business(df), *taken]))
        matched = F.col(_MATCH).isNotNull()
        kept = drop_rows(joined, ~matched if self.how == "anti" else matched, self.rule(place))
        return keep(kept, map(column, [*business(df), *taken]))

    def _taken(self, df: DataFrame, other: DataFrame, keys: dict[str, str], place: str) -> list[str]:
        if self.how in ("semi", "anti"):
            return []
        if self.columns is not None:
            require(other, self.columns, f"{place}.columns")
        taken = self.columns if self.columns is not None else [n for n in other.columns if n not in keys.values()]
        require_free(taken, business(df), f"{place}.columns", "list the columns to take, or rename one side first")
        return list(taken)

    def _require_unique(self, right: DataFrame, keys: list[str], place: str) -> None:
        from pyspark.sql import functions as F

        repeated = right.groupBy(*keys).agg(F.count(F.lit(1)).alias("n")).where(F.col("n") > 1)
        if repeated.limit(1).collect():
            fix = "dedupe that input, or say matches: many"
            raise RunError(Fault("JOIN_NOT_UNIQUE", f"input '{self.with_}' repeats a key", f"{place}.on", fix))


def _require_comparable(df: DataFrame, other: DataFrame, keys: dict[str, str], where: str) -> None:
    """Both sides of each key have the same type; engines would cast one of them silently, or fail on a value."""
    left, right = dict(df.dtypes), dict(other.dtypes)
    faults = []
    for mine, theirs in keys.items():
        one, two = left[mine], right[theirs]
        decimals = one.startswith("decimal") and two.startswith("decimal")
        if one != two and not decimals and not {one, two} <= _INTEGERS:
            problem = f"'{mine}' is {one} and '{theirs}' of the other input is {two}"
            faults.append(Fault("JOIN_TYPES", problem, where, "cast one of them first"))
    if faults:
        raise PlanError(*faults)
