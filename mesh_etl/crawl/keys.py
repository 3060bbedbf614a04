"""Columns, and pairs of columns, that tell rows apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = re.compile(r"(^|_)(id|key|uuid|guid|code|no|nr|number|num|pk|isbn|sku|iso)$|[a-z](key|id)$")
_PART = re.compile(r"(^|_)(line|pos|position|seq|sequence|item|version|date|day|hour|month|year)(_|$)|number$|key$|id$")
PAIRS = 28


def is_named_as_key(name: str, product: str = "") -> bool:
    """Whether a column of this name is one that people tell rows apart by."""
    return bool(_KEY.search(name)) or name == product


def can_tell_apart(kind: pa.DataType) -> bool:
    """Whether values of the Arrow type make keys: whole numbers, text, days and moments."""
    import pyarrow as pa

    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_string(kind)
        or pa.types.is_date(kind)
        or pa.types.is_timestamp(kind)
        or (pa.types.is_decimal(kind) and kind.scale == 0)
    )


def single_keys(columns: Sequence[tuple[str, int, int]], rows: int) -> list[str]:
    """The columns without a missing value that repeat none; each is given as (name, missing, different)."""
    return [name for name, missing, distinct in columns if rows > 1 and not missing and distinct == rows]


def pair_keys(table: pa.Table, candidates: Sequence[str], distinct: dict[str, int]) -> list[tuple[str, str]]:
    """The pairs of columns that repeat no combination, those with names of keys first; few pairs are tried."""
    rows = table.num_rows
    named = sorted(candidates, key=lambda name: (not is_named_as_key(name), not _PART.search(name)))
    able = [pair for pair in combinations(named[:8], 2) if distinct[pair[0]] * distinct[pair[1]] >= rows > 1]
    found = []
    for one, two in able[:PAIRS]:
        if is_named_as_key(one) and _PART.search(two) and _groups(table, one, two) == rows:
            found.append((one, two))
    return found


def _groups(table: pa.Table, one: str, two: str) -> int:
    return int(table.select([one, two]).group_by([one, two]).aggregate([]).num_rows)
