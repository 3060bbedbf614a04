"""The cells of a frame's first rows as text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesh_etl.run.engines import translated
from mesh_etl.transforms.trace import ROW, business

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

HIDDEN = "•••"
_LONGEST = 120
_NUMBER = re.compile(r"(tinyint|smallint|int|bigint|float|double|decimal)\b")


@dataclass(frozen=True)
class Cells:
    """Columns with their types, and rows of text; None is NULL. A notebook that shows this object shows no row."""

    types: dict[str, str]
    rows: tuple[tuple[str | None, ...], ...] = field(repr=False)

    def texts(self, name: str) -> list[str]:
        """The values of a column that are there."""
        index = list(self.types).index(name)
        return [row[index] for row in self.rows if row[index] is not None]  # type: ignore[misc]

    def titles(self) -> list[str]:
        """The names of the columns, each with its type."""
        return [f"{name} ({kind})" for name, kind in self.types.items()]

    def numbers(self) -> list[str]:
        """The titles of those that hold numbers, which are read by their last digits."""
        return [title for title, kind in zip(self.titles(), self.types.values(), strict=True) if _NUMBER.match(kind)]

    def shown(self, hidden: Sequence[str] = ()) -> list[list[str]]:
        """The rows for a table, without the values of the hidden columns."""
        return [
            [
                "NULL" if cell is None else HIDDEN if name in hidden else cell
                for name, cell in zip(self.types, row, strict=True)
            ]
            for row in self.rows
        ]


def cells(df: DataFrame, rows: int, place: str = "") -> Cells:
    """The first `rows` rows of the frame, in the order of their origin. Raises `RunError` at `place`.

    Moments are written in UTC by the engine: what a client makes of them would follow the clock of its machine.
    """
    shown = business(df)
    kinds = {name: kind for name, kind in df.dtypes if name in shown}
    names = [f"`{name.replace('`', '``')}`" for name in shown]
    asked = [
        f"cast({name} as string)" if kind.startswith("timestamp") else name
        for name, kind in zip(names, kinds.values(), strict=True)
    ]
    with translated(place):
        found = df.orderBy(f"{ROW}.item", f"{ROW}.record").limit(rows).selectExpr(*asked).collect()
    return Cells(kinds, tuple(tuple(None if cell is None else _text(cell) for cell in row) for row in found))


def _text(cell: Any) -> str:
    if isinstance(cell, bytes | bytearray):
        text = f"{len(cell):,} bytes"
    elif isinstance(cell, list | tuple | dict):
        text = json.dumps(_plain(cell), ensure_ascii=False, default=str)
    elif isinstance(cell, bool):
        text = str(cell).lower()
    else:
        text = str(cell)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(cell: Any) -> Any:
    """A nested value as JSON knows it; a row of the engine becomes a mapping."""
    if hasattr(cell, "asDict"):
        return {name: _plain(one) for name, one in cell.asDict().items()}
    if isinstance(cell, dict):
        return {str(name): _plain(one) for name, one in cell.items()}
    return [_plain(one) for one in cell] if isinstance(cell, list | tuple) else cell
