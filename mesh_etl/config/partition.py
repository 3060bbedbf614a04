"""How a table is cut into partitions: by a column, or by the year, month or day of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

_PATTERN = r"^((year|month|day)\( *[a-z_][a-z0-9_]* *\)|[a-z_][a-z0-9_]*)( +as +[a-z_][a-z0-9_]*)?$"
_FORM = re.compile(
    r"(?:(?P<transform>year|month|day)\( *(?P<inner>[a-z_][a-z0-9_]*) *\)|(?P<column>[a-z_][a-z0-9_]*))"
    r"(?: +as +(?P<name>[a-z_][a-z0-9_]*))?"
)


@dataclass(frozen=True)
class PartitionField:
    """One partition key: `name` is the directory key, `transform` is identity, year, month or day of `column`."""

    column: str
    transform: str = "identity"
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            name = self.column if self.transform == "identity" else f"{self.column}_{self.transform}"
            object.__setattr__(self, "name", name)

    @classmethod
    def parse(cls, text: str) -> PartitionField:
        """The field that `text` spells: `region`, `month(ship_date)` or `month(ship_date) as ship_month`.

        Raises `ValueError` when it spells none.
        """
        match = _FORM.fullmatch(text.strip())
        if not match:
            raise ValueError("is neither a column nor year(), month() or day() of one")
        return cls(match["inner"] or match["column"], match["transform"] or "identity", match["name"] or "")

    def __str__(self) -> str:
        plain = self.column if self.transform == "identity" else f"{self.transform}({self.column})"
        return plain if self == PartitionField(self.column, self.transform) else f"{plain} as {self.name}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """The form in which a config file states the field."""
        return core_schema.no_info_plain_validator_function(
            _accepted,
            json_schema_input_schema=core_schema.str_schema(pattern=_PATTERN),
            serialization=core_schema.to_string_ser_schema(),
        )


def _accepted(value: object) -> PartitionField:
    if isinstance(value, PartitionField):
        return value
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    try:
        return PartitionField.parse(value)
    except ValueError as error:
        fix = "write 'region', 'month(ship_date)' or 'month(ship_date) as ship_month', in lower case"
        raise PydanticCustomError("partition_field", "{problem}", {"problem": str(error), "fix": fix}) from None
