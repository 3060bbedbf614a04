"""An answer as botocore hands it to its caller: moments are datetimes, and what the service leaves out is not there.

Botocore's own parser does the same member by member, which takes most of the time that a page of 1,000 partitions
takes. What holds no moment is handed on as it is here; a test compares both on every answer that the tests see.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Any

from botocore.utils import parse_timestamp


def parsed(value: Any, shape: Any) -> Any:
    """The value of an answer, which has this shape of botocore's service model."""
    if value is None or not _has_moment(shape):
        return value
    if shape.type_name == "timestamp":
        return _moment(value)
    if shape.type_name == "list":
        return [parsed(one, shape.member) for one in value]
    if shape.type_name == "map":
        return {key: parsed(one, shape.value) for key, one in value.items()}
    members = shape.members
    return {name: parsed(one, members[name]) for name, one in value.items() if one is not None and name in members}


_known: dict[int, tuple[Any, bool]] = {}  # by identity: botocore resolves a member's shape once, and hashes none


def _has_moment(shape: Any) -> bool:
    """Whether a value of this shape can hold a moment."""
    found = _known.get(id(shape))
    if found is None:
        found = _known[id(shape)] = (shape, _looked_through(shape, ()))
    return found[1]


def _looked_through(shape: Any, within: tuple[str, ...]) -> bool:
    match shape.type_name:
        case "timestamp":
            return True
        case _ if shape.name in within:  # a shape that contains itself
            return False
        case "structure":
            inner = list(shape.members.values())
        case "list":
            inner = [shape.member]
        case "map":
            inner = [shape.value]
        case _:
            return False
    return any(_looked_through(one, (*within, shape.name)) for one in inner)


@lru_cache(maxsize=1024)  # what one call has written has one moment
def _moment(value: float) -> datetime.datetime:
    found: datetime.datetime = parse_timestamp(value)
    return found
