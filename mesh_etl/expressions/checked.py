"""What expressions and queries have in common: SQL in a config file, checked when the file is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Checked:
    """SQL that has passed its check; a model field of such a type reads it from a string."""

    kind: ClassVar[str] = "SQL"
    sql: str

    def __str__(self) -> str:
        return self.sql

    @classmethod
    def parse(cls, text: str) -> Self:
        """The SQL that `text` spells; raises `ValueError` with the reason when it is not allowed."""
        raise TypeError(f"{cls.__name__} has no check")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls._read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}

    @classmethod
    def _read(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise ValueError(f"expected {cls.kind} in quotes")
        return cls.parse(value)
