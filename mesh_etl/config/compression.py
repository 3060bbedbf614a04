"""How files are compressed: a codec, and for some of them a level."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

LEVELS = {"zstd": range(1, 23), "gzip": range(1, 10)}
CODECS = {
    "parquet": ("zstd", "snappy", "gzip", "lz4", "none"),
    "orc": ("zstd", "snappy", "zlib", "lz4", "none"),
}
_NAMES = tuple(dict.fromkeys(name for names in CODECS.values() for name in names))
_PATTERN = rf"^({'|'.join(_NAMES)}|(zstd|gzip):[0-9]+)$"
_FORM = re.compile(r"([a-z0-9]+)(?::([0-9]{1,3}))?")


@dataclass(frozen=True)
class Compression:
    """A codec by its name, and the level at which it works; None for the codec's own."""

    codec: str
    level: int | None = None

    @classmethod
    def parse(cls, text: str) -> Compression:
        """The compression that `text` spells, such as `snappy` or `zstd:9`. Raises `ValueError` when it spells none."""
        match = _FORM.fullmatch(text.strip())
        if not match or match[1] not in _NAMES:
            raise ValueError(f"is not one of {', '.join(_NAMES)}")
        codec, level = match[1], int(match[2]) if match[2] else None
        if level is not None and codec not in LEVELS:
            raise ValueError(f"{codec} has no levels")
        if level is not None and level not in LEVELS[codec]:
            raise ValueError(f"the levels of {codec} are {LEVELS[codec][0]} to {LEVELS[codec][-1]}")
        return cls(codec, level)

    def __str__(self) -> str:
        return self.codec if self.level is None else f"{self.codec}:{self.level}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """The form in which a config file states the compression."""
        return core_schema.no_info_plain_validator_function(
            _accepted,
            json_schema_input_schema=core_schema.str_schema(pattern=_PATTERN),
            serialization=core_schema.to_string_ser_schema(),
        )


def codecs(format: str) -> tuple[str, ...]:
    """The codecs for a table's format; a format that is kept in Parquet files has those of Parquet."""
    return CODECS.get(format, CODECS["parquet"])


def unfit(compression: Compression, format: str) -> str:
    """Why files of the format cannot be compressed so; empty where they can."""
    if compression.codec not in codecs(format):
        return f"{format} files are not compressed with {compression.codec}"
    if format == "orc" and compression.level is not None:
        return "the writer of ORC files takes no level"
    return ""


def _accepted(value: object) -> Compression:
    if isinstance(value, Compression):
        return value
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    try:
        return Compression.parse(value)
    except ValueError as error:
        fix = "write 'zstd', 'zstd:9', 'snappy', 'gzip:6', 'lz4' or 'none'; 'zlib' for ORC"
        raise PydanticCustomError("compression", "{problem}", {"problem": str(error), "fix": fix}) from None
