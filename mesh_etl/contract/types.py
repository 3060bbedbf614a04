"""Column types as the contract states them, with their Spark and Glue spellings.

The grammar is the one that Spark DDL and the Glue Data Catalog share: `bigint`, `decimal(12,2)`, `varchar(20)`,
`array<int>`, `map<string,double>`, `struct<a:int,b:array<date>>`. `kernels/schema.py` maps the same types to Arrow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SIMPLE = {
    "string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double",
    "date", "timestamp", "timestamp_ntz", "binary",
}  # fmt: skip
_ALIASES = {
    "text": "string", "bool": "boolean", "byte": "tinyint", "short": "smallint", "integer": "int", "long": "bigint",
    "real": "float", "double precision": "double", "timestamp_ltz": "timestamp", "timestamptz": "timestamp",
}  # fmt: skip
_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_ ]*[A-Za-z0-9_]|[A-Za-z_]|\d+|`[^`]+`|[<>(),:])")


@dataclass(frozen=True)
class DataType:
    """The base of all column types: a frozen value that knows its spellings."""

    def ddl(self) -> str:
        """The type as Spark writes it in a schema string."""
        raise TypeError(f"{type(self).__name__} has no spelling")

    def glue(self) -> str:
        """The type as the Glue Data Catalog writes it."""
        return self.ddl()


@dataclass(frozen=True)
class Simple(DataType):
    """A type without parameters; `name` is one of `SIMPLE`."""

    name: str

    def ddl(self) -> str:
        return self.name

    def glue(self) -> str:
        return "timestamp" if self.name == "timestamp_ntz" else self.name


@dataclass(frozen=True)
class Decimal(DataType):
    """An exact number of `precision` digits, `scale` of them after the point."""

    precision: int
    scale: int

    def ddl(self) -> str:
        return f"decimal({self.precision},{self.scale})"


@dataclass(frozen=True)
class Varchar(DataType):
    """A string of at most `length` characters: a string to the engines, a bound to the checks and to Glue."""

    length: int

    def ddl(self) -> str:
        return "string"

    def glue(self) -> str:
        return f"varchar({self.length})"


@dataclass(frozen=True)
class Array(DataType):
    """A list of `item`."""

    item: DataType

    def ddl(self) -> str:
        return f"array<{self.item.ddl()}>"

    def glue(self) -> str:
        return f"array<{self.item.glue()}>"


@dataclass(frozen=True)
class Map(DataType):
    """A mapping from `key` to `value`."""

    key: DataType
    value: DataType

    def ddl(self) -> str:
        return f"map<{self.key.ddl()},{self.value.ddl()}>"

    def glue(self) -> str:
        return f"map<{self.key.glue()},{self.value.glue()}>"


@dataclass(frozen=True)
class Struct(DataType):
    """Named fields in order."""

    fields: tuple[Field, ...]

    def ddl(self) -> str:
        return f"struct<{','.join(f'{quoted(f.name)}:{f.type.ddl()}' for f in self.fields)}>"

    def glue(self) -> str:
        return f"struct<{','.join(f'{f.name}:{f.type.glue()}' for f in self.fields)}>"


@dataclass(frozen=True)
class Field:
    """A named type: a column of a table or a field of a struct."""

    name: str
    type: DataType


Schema = tuple[Field, ...]


def quoted(name: str) -> str:
    """The name as Spark reads it in a schema string: bare where it can be, in backticks where it must be."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else "`" + name.replace("`", "``") + "`"


def ddl(schema: Schema) -> str:
    """The schema as the string that Spark's readers and `mapInArrow` take."""
    return ", ".join(f"{quoted(field.name)} {field.type.ddl()}" for field in schema)


def parse(text: str) -> DataType:
    """The type that `text` spells.

    Raises `ValueError` with the reason when it spells none.
    """
    tokens = _tokens(text)
    found, rest = _type(tokens, text)
    if rest:
        raise ValueError(f"'{text}' goes on after the type")
    return found


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if not match:
            raise ValueError(f"'{text}' is not a type")
        tokens.append(match[1].strip())
        position = match.end()
    return tokens


def _type(tokens: list[str], text: str) -> tuple[DataType, list[str]]:
    if not tokens:
        raise ValueError(f"'{text}' ends where a type is expected")
    name, rest = tokens[0].lower(), tokens[1:]
    name = _ALIASES.get(name, name)
    if name in SIMPLE:
        return Simple(name), rest
    if name in ("decimal", "numeric"):
        return _decimal(rest, text)
    if name in ("varchar", "char"):
        numbers, rest = _numbers(rest, text)
        if len(numbers) != 1 or numbers[0] < 1:
            raise ValueError(f"'{text}': {name} takes one length, as in {name}(20)")
        return Varchar(numbers[0]), rest
    if name == "array":
        item, rest = _type(_expect(rest, "<", text), text)
        return Array(item), _expect(rest, ">", text)
    if name == "map":
        key, rest = _type(_expect(rest, "<", text), text)
        value, rest = _type(_expect(rest, ",", text), text)
        return Map(key, value), _expect(rest, ">", text)
    if name == "struct":
        return _struct(_expect(rest, "<", text), text)
    raise ValueError(f"'{tokens[0]}' is not a type")


def _decimal(rest: list[str], text: str) -> tuple[DataType, list[str]]:
    numbers, rest = _numbers(rest, text) if rest[:1] == ["("] else ([10, 0], rest)
    precision, scale = (*numbers, 0)[:2]
    if not 1 <= precision <= 38 or not 0 <= scale <= precision or len(numbers) > 2:
        raise ValueError(f"'{text}': decimal takes a precision of 1 to 38 and a scale of at most that")
    return Decimal(precision, scale), rest


def _struct(rest: list[str], text: str) -> tuple[DataType, list[str]]:
    fields: list[Field] = []
    while rest[:1] != [">"]:
        if not rest:
            raise ValueError(f"'{text}': struct is not closed")
        kind, after = _type(_expect(rest[1:], ":", text), text)
        fields.append(Field(rest[0].strip("`"), kind))
        rest = after[1:] if after[:1] == [","] else after
    return Struct(tuple(fields)), rest[1:]


def _numbers(tokens: list[str], text: str) -> tuple[list[int], list[str]]:
    rest, numbers = _expect(tokens, "(", text), []
    while rest and rest[0].isdigit():
        numbers.append(int(rest[0]))
        rest = rest[2:] if rest[1:2] == [","] else rest[1:]
    return numbers, _expect(rest, ")", text)


def _expect(tokens: list[str], sign: str, text: str) -> list[str]:
    if tokens[:1] != [sign]:
        raise ValueError(f"'{text}': '{sign}' is missing")
    return tokens[1:]
