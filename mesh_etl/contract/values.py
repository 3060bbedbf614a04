"""Whether a value that a contract names can stand in the column that it is named for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from mesh_etl.contract import types
from mesh_etl.contract.table import Property

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OF_TYPE = {
    "boolean": "boolean", "date": "date", "timestamp": "timestamp", "timestamp_ntz": "timestamp", "string": "string",
    "tinyint": "integer", "smallint": "integer", "int": "integer", "bigint": "integer",
    "float": "number", "double": "number",
}  # fmt: skip


def family(found: Property) -> str | None:
    """The logical type, derived from the physical one where it is not stated; None where neither tells."""
    if found.logical_type is not None:
        return found.logical_type
    try:
        physical = types.parse(found.physical_type or "")
    except ValueError:
        return None
    if isinstance(physical, types.Simple):
        return _OF_TYPE.get(physical.name)
    if isinstance(physical, types.Decimal):
        return "number"
    return "string" if isinstance(physical, types.Varchar) else None


def moment(text: object, kind: str) -> date | datetime | time | None:
    """The date, timestamp or time that the ISO 8601 text means, as `kind` says, or None where it means none.

    Timestamps and times without a zone count as UTC, so that they can be compared.
    """
    if not isinstance(text, str):
        return None
    try:
        if kind == "date":
            return date.fromisoformat(text) if _DAY.fullmatch(text) else None
        if kind == "time":
            clock = time.fromisoformat(text)
            return clock if clock.tzinfo else clock.replace(tzinfo=UTC)
        instant = datetime.fromisoformat(text)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except ValueError:
        return None


def fits(value: Any, kind: str) -> bool:
    """Whether the value, as YAML reads it, is one of the logical type `kind`."""
    if kind in ("date", "timestamp", "time"):
        return moment(value, kind) is not None
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind == "string":
        return isinstance(value, str)
    if kind == "integer":
        return isinstance(value, int)
    return kind == "number" and isinstance(value, int | float)
