"""Tables and their columns: the schema section of a contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from mesh_etl.contract.options import (
    ArrayOptions,
    DateOptions,
    InstantOptions,
    IntegerOptions,
    NumberOptions,
    ObjectOptions,
    Options,
    StringOptions,
    VectorOptions,
)
from mesh_etl.contract.parts import Context, CustomProperty, Documented, Flag, Id, Part, Scalar, Synonym, Whole
from mesh_etl.contract.quality import QualityRule
from mesh_etl.contract.versions import Since
from mesh_etl.errors import did_you_mean

LOGICAL_TYPES = (
    "string", "integer", "number", "boolean", "date", "timestamp", "time", "object", "array", "map", "vector"
)  # fmt: skip
Loc = tuple[str | int, ...]
Reference = Annotated[str, Field(min_length=1)]


class EnumValue(Documented):
    """One of the values that a column may have."""

    value: Scalar
    label: str | None = None


def _some(values: tuple[EnumValue, ...]) -> tuple[EnumValue, ...]:
    # A bound on the length would also count entries that are wrong in themselves as missing.
    if not values:
        raise PydanticCustomError(
            "out_of_bounds", "must not be empty", {"fix": "list the accepted values, or remove it"}
        )
    return values


class PropertyRelationship(Part):
    """A column's reference to a column elsewhere."""

    id: Id = None
    type: Literal["foreignKey"] = "foreignKey"
    to: Reference | Annotated[tuple[Reference, ...], Field(min_length=1)]
    custom_properties: tuple[CustomProperty, ...] = ()


class TableRelationship(PropertyRelationship):
    """A reference of one or more columns to as many columns elsewhere."""

    from_: Reference | Annotated[tuple[Reference, ...], Field(min_length=1)] = Field(alias="from")


class Element(Documented):
    """What tables and columns have in common."""

    name: str = ""
    physical_name: str | None = None
    physical_type: str | None = None
    business_name: str | None = None
    synonyms: Annotated[tuple[Synonym, ...], Since("v3.2.0")] = ()
    deprecated: Annotated[Flag, Since("v3.2.0")] = False
    quality: tuple[QualityRule, ...] = ()

    @property
    def stored_name(self) -> str:
        """The name in storage: the physical one where it is stated."""
        return self.physical_name or self.name


class Property(Element):
    """A column, a field of a column, an item of a list, or the key or value of a map."""

    physical_name: Annotated[str | None, Since("v3.0.2")] = None
    logical_type: str | None = None
    logical_type_options: Options | None = None
    primary_key: Flag = False
    primary_key_position: Whole = -1
    required: Flag = False
    unique: Flag = False
    partitioned: Flag = False
    partition_key_position: Whole = -1
    semantic_type: Annotated[Literal["column", "measure", "dimension"], Since("v3.2.0")] = "column"
    classification: str | None = None
    critical_data_element: Flag = False
    encrypted_name: str | None = None
    transform_source_objects: tuple[str, ...] = ()
    transform_logic: str | None = None
    transform_description: str | None = None
    examples: tuple[Any, ...] = ()
    enum: Annotated[Annotated[tuple[EnumValue, ...], AfterValidator(_some)] | None, Since("v3.2.0")] = None
    relationships: Annotated[tuple[PropertyRelationship, ...], Since("v3.1.0")] = ()

    def inner(self) -> Iterator[tuple[Loc, Property]]:
        """The properties directly inside this one, each with its path from here."""
        return iter(())


def _no_options(value: Any) -> Any:
    if value is not None:
        fix = "add the logicalType that they are for"
        raise PydanticCustomError("options_without_type", "options need a logicalType beside them", {"fix": fix})
    return value


class UntypedProperty(Property):
    """A property whose type is its `physicalType` alone."""

    logical_type: None = None
    logical_type_options: Annotated[None, BeforeValidator(_no_options)] = None


class StringProperty(Property):
    """Text."""

    logical_type: Literal["string"]
    logical_type_options: StringOptions | None = None


class IntegerProperty(Property):
    """A whole number."""

    logical_type: Literal["integer"]
    logical_type_options: IntegerOptions | None = None


class NumberProperty(Property):
    """A number with a fraction."""

    logical_type: Literal["number"]
    logical_type_options: NumberOptions | None = None


class BooleanProperty(Property):
    """True or false."""

    logical_type: Literal["boolean"]
    logical_type_options: None = None


class DateProperty(Property):
    """A day."""

    logical_type: Literal["date"]
    logical_type_options: DateOptions | None = None


class TimestampProperty(Property):
    """A moment."""

    logical_type: Annotated[Literal["timestamp"], Since("v3.1.0")]
    logical_type_options: InstantOptions | None = None


class TimeProperty(Property):
    """A time of day."""

    logical_type: Annotated[Literal["time"], Since("v3.1.0")]
    logical_type_options: InstantOptions | None = None


class ObjectProperty(Property):
    """Named fields."""

    logical_type: Literal["object"]
    logical_type_options: ObjectOptions | None = None
    properties: tuple[NamedProperty, ...] = ()

    def inner(self) -> Iterator[tuple[Loc, Property]]:
        yield from ((("properties", index), field) for index, field in enumerate(self.properties))


class ArrayProperty(Property):
    """A list of items of one type."""

    logical_type: Literal["array"]
    logical_type_options: ArrayOptions | None = None
    items: AnyProperty | None = None

    def inner(self) -> Iterator[tuple[Loc, Property]]:
        if self.items is not None:
            yield ("items",), self.items


class KeyAndValue(Part):
    """What a map leads from and to."""

    key: AnyProperty
    value: AnyProperty


class MapProperty(Property):
    """A mapping from keys to values."""

    logical_type: Annotated[Literal["map"], Since("v3.2.0")]
    logical_type_options: None = None
    map: KeyAndValue

    def inner(self) -> Iterator[tuple[Loc, Property]]:
        yield ("map", "key"), self.map.key
        yield ("map", "value"), self.map.value


class VectorProperty(Property):
    """An embedding: numbers in a fixed count."""

    logical_type: Annotated[Literal["vector"], Since("v3.2.0")]
    logical_type_options: VectorOptions


def _logical_type(value: Any) -> str | None:
    found = value.get("logicalType") if isinstance(value, dict) else getattr(value, "logical_type", None)
    return "untyped" if found is None else str(found)


def _known_type(value: Any) -> Any:
    found = _logical_type(value)
    if found in LOGICAL_TYPES or found == "untyped":
        return value
    word = f" '{found}'" if str(found).isidentifier() else ""
    fix = did_you_mean(str(found), LOGICAL_TYPES)
    raise PydanticCustomError(
        "unknown_type",
        f"unknown logicalType{word}",
        {"fix": fix, "at": ("logicalType",)},
    )


AnyProperty = Annotated[
    Annotated[UntypedProperty, Tag("untyped")]
    | Annotated[StringProperty, Tag("string")]
    | Annotated[IntegerProperty, Tag("integer")]
    | Annotated[NumberProperty, Tag("number")]
    | Annotated[BooleanProperty, Tag("boolean")]
    | Annotated[DateProperty, Tag("date")]
    | Annotated[TimestampProperty, Tag("timestamp")]
    | Annotated[TimeProperty, Tag("time")]
    | Annotated[ObjectProperty, Tag("object")]
    | Annotated[ArrayProperty, Tag("array")]
    | Annotated[MapProperty, Tag("map")]
    | Annotated[VectorProperty, Tag("vector")],
    Discriminator(_logical_type),
    BeforeValidator(_known_type),
]


def _named(value: Property) -> Property:
    if not value.name:
        raise PydanticCustomError("missing_key", "is required", {"fix": "add the key 'name'", "at": ("name",)})
    return value


NamedProperty = Annotated[AnyProperty, AfterValidator(_named)]


class Table(Element):
    """A table: the one schema object of a product's contract."""

    name: Annotated[str, Field(min_length=1)]
    logical_type: Literal["object"] | None = None
    data_granularity_description: str | None = None
    properties: tuple[NamedProperty, ...] = ()
    relationships: Annotated[tuple[TableRelationship, ...], Since("v3.1.0")] = ()
    context: Annotated[Context | None, Since("v3.2.0")] = None

    def walk(self) -> Iterator[tuple[Loc, Property]]:
        """Every property at every depth, each with its path from the table; outer ones come first."""
        for index, column in enumerate(self.properties):
            yield from _walk(("properties", index), column)


def _walk(loc: Loc, found: Property) -> Iterator[tuple[Loc, Property]]:
    yield loc, found
    for step, deeper in found.inner():
        yield from _walk((*loc, *step), deeper)


ObjectProperty.model_rebuild()
ArrayProperty.model_rebuild()
MapProperty.model_rebuild()
Table.model_rebuild()
