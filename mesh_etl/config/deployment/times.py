"""Times as a deployment states them: `90s`, `30m`, `2h`, `7d`."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_STATED = r"^[1-9][0-9]{0,4}[smhd]$"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> datetime.timedelta:
    """The time that `90s`, `30m`, `2h` or `7d` spells. Raises `ValueError` when it spells none."""
    if not re.fullmatch(_STATED, text):
        raise ValueError("is no time: write it as in 90s, 30m, 2h or 7d")
    return datetime.timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def minutes(text: str) -> int:
    """The whole minutes in the time that `text` spells, at least one: Glue counts in them."""
    return max(1, round(duration(text).total_seconds() / 60))


def _is_duration(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(_STATED, value):
        raise PydanticCustomError("bad_format", "is no time", {"fix": "write it as in 90s, 30m, 2h or 7d"})
    return value


Duration = Annotated[str, Field(pattern=_STATED), BeforeValidator(_is_duration, json_schema_input_type=str)]
