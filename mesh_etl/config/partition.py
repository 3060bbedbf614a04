"""How a table is cut into partitions: by a column, or by what a transform makes of one.

The transforms are those of the Iceberg table format, under its names: `bucket[16]`, `truncate[4]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

WIDEST = 2**31 - 1
_CALLS = r"(?:year|month|day|hour)\( *[a-z_][a-z0-9_]* *\)|(?:bucket|truncate)\( *[1-9][0-9]* *, *[a-z_][a-z0-9_]* *\)"
_PATTERN = rf"^({_CALLS.replace('?:', '')}|[a-z_][a-z0-9_]*)( +as +[a-z_][a-z0-9_]*)?$"
_FORM = re.compile(
    r"(?:(?P<period>year|month|day|hour)\( *(?P<inner>[a-z_][a-z0-9_]*) *\)"
    r"|(?P<cut>bucket|truncate)\( *(?P<width>[1-9][0-9]*) *, *(?P<of>[a-z_][a-z0-9_]*) *\)"
    r"|(?P<column>[a-z_][a-z0-9_]*))"
    r"(?: +as +(?P<name>[a-z_][a-z0-9_]*))?"
)


@dataclass(frozen=True)
class PartitionField:
    """One partition key: `name` is the directory key, `transform` says what of `column` it holds.

    That is identity, year, month, day, hour, bucket[n] (the hash of a value modulo n) or truncate[n] (a text's first n
    characters, or a number rounded down to a multiple of n).
    """

    column: str
    transform: str = "identity"
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            kind = self.transform.partition("[")[0]
            name = self.column if kind == "identity" else f"{self.column}_{kind}"
            object.__setattr__(self, "name", name)

    @classmethod
    def parse(cls, text: str) -> PartitionField:
        """The field that `text` spells: `region`, `bucket(16, id)` or `month(ship_date) as ship_month`.

        Raises `ValueError` when it spells none.
        """
        match = _FORM.fullmatch(text.strip())
        if not match:
            raise ValueError("is neither a column nor year(), month(), day(), hour(), bucket() or truncate() of one")
        name = match["name"] or ""
        if match["cut"]:
            if int(match["width"]) > WIDEST:
                raise ValueError(f"{match['cut']}() takes a width of at most {WIDEST}")
            return cls(match["of"], f"{match['cut']}[{match['width']}]", name)
        return cls(match["inner"] or match["column"], match["period"] or "identity", name)

    def __str__(self) -> str:
        plain = called(self.column, self.transform)
        return plain if self == PartitionField(self.column, self.transform) else f"{plain} as {self.name}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """The form in which a config file states the field."""
        return core_schema.no_info_plain_validator_function(
            _accepted,
            json_schema_input_schema=core_schema.str_schema(pattern=_PATTERN),
            serialization=core_schema.to_string_ser_schema(),
        )


def called(column: str, transform: str) -> str:
    """The transform of a column as a job states it, such as `bucket(16, id)`."""
    kind, _, width = transform.rstrip("]").partition("[")
    if kind == "identity":
        return column
    return f"{kind}({width}, {column})" if width else f"{kind}({column})"


def _accepted(value: object) -> PartitionField:
    if isinstance(value, PartitionField):
        return value
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    try:
        return PartitionField.parse(value)
    except ValueError as error:
        fix = "write 'region', 'bucket(16, id)' or 'month(ship_date) as ship_month', in lower case"
        raise PydanticCustomError("partition_field", "{problem}", {"problem": str(error), "fix": fix}) from None
