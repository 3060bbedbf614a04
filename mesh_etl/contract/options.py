"""`logicalTypeOptions`: what a column promises beyond its type, one model per logical type."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, Strict

from mesh_etl.contract.parts import Count, Flag, Number, Part
from mesh_etl.contract.versions import Since, Until

Excluded = Until("v3.0.2", (bool,), instead="write the excluded value itself, without a minimum or maximum beside it")

IntegerFormat = Literal["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"]


class Bound(NamedTuple):
    """One end of a range: its value as the contract writes it, and whether the value itself is allowed."""

    value: Any
    inclusive: bool


class Options(Part):
    """The base of all options."""


class StringOptions(Options):
    """The length, pattern and format of text; lengths count characters."""

    min_length: Count | None = None
    max_length: Count | None = None
    pattern: str | None = None
    format: str | None = None


class RangeOptions(Options):
    """The ends of a range.

    Versions 3.0 of the standard write `exclusiveMinimum: true` next to `minimum`, later ones write the excluded value.
    Read the ends through `lower` and `upper`, which know both.
    """

    minimum: Any = None
    maximum: Any = None
    exclusive_minimum: Any = None
    exclusive_maximum: Any = None

    @property
    def lower(self) -> Bound | None:
        """The lower end, or None where there is none; `crowded` refuses both kinds at once."""
        return _end(self.minimum, self.exclusive_minimum)

    @property
    def upper(self) -> Bound | None:
        """The upper end, or None where there is none."""
        return _end(self.maximum, self.exclusive_maximum)

    def crowded(self) -> tuple[str, ...]:
        """The ends that are stated twice, or excluded without being stated."""
        pairs = (("minimum", self.minimum, self.exclusive_minimum), ("maximum", self.maximum, self.exclusive_maximum))
        return tuple(name for name, value, exclusive in pairs if not _clear(value, exclusive))


def _end(value: Any, exclusive: Any) -> Bound | None:
    if isinstance(exclusive, bool):
        return None if value is None else Bound(value, not exclusive)
    if exclusive is not None:
        return Bound(exclusive, False)
    return None if value is None else Bound(value, True)


def _clear(value: Any, exclusive: Any) -> bool:
    if exclusive is True:
        return value is not None
    return exclusive in (None, False) if value is not None else True


class NumericOptions(RangeOptions):
    """The range and the step of numbers."""

    minimum: Number | None = None
    maximum: Number | None = None
    exclusive_minimum: Annotated[Flag | Number | None, Excluded, Since("v3.1.0", (int, float))] = None
    exclusive_maximum: Annotated[Flag | Number | None, Excluded, Since("v3.1.0", (int, float))] = None
    multiple_of: Annotated[Number, Field(gt=0)] | None = None


class IntegerOptions(NumericOptions):
    """The range, the step and the width of whole numbers."""

    format: IntegerFormat | None = None


class NumberOptions(NumericOptions):
    """The range, the step and the width of numbers with a fraction."""

    format: Literal["f32", "f64"] | None = None


class DateOptions(RangeOptions):
    """The range of dates, written as ISO 8601, and their format in text."""

    minimum: str | None = None
    maximum: str | None = None
    exclusive_minimum: Annotated[Flag | str | None, Excluded, Since("v3.1.0", (str,))] = None
    exclusive_maximum: Annotated[Flag | str | None, Excluded, Since("v3.1.0", (str,))] = None
    format: str | None = None


class InstantOptions(DateOptions):
    """The range of timestamps or times, and whether they carry a time zone."""

    timezone: Annotated[Flag | None, Since("v3.1.0")] = None
    default_timezone: Annotated[str | None, Since("v3.1.0")] = None


class ObjectOptions(Options):
    """How many fields an object has, and which it must have."""

    min_properties: Count | None = None
    max_properties: Count | None = None
    required: Annotated[tuple[str, ...], Field(min_length=1)] | None = None


class ArrayOptions(Options):
    """How many items a list has, and whether they differ."""

    min_items: Count | None = None
    max_items: Count | None = None
    unique_items: Flag = False


class VectorOptions(Options):
    """The shape of an embedding and the model that it comes from."""

    dimensions: Annotated[int, Strict(), Field(ge=1)]
    element_type: Literal["bfloat16", "binary", "float16", "float32", "float64", "int8", "uint8"] = "float32"
    distance_metric: Literal["cosine", "dotProduct", "euclidean", "hamming", "manhattan"] | None = None
    normalized: Flag = False
    embedding_model: str | None = None
    embedding_model_version: str | None = None
