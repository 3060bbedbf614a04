"""What is shown of a product: portions of its table, or of the view that masks some of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.row_filter import row_filter
from mesh_etl.kernels.conditions import Every
from mesh_etl.kernels.stored.shown import Portion

if TYPE_CHECKING:
    from mesh_etl.govern.evaluate import Access
    from mesh_etl.govern.reading.mask_view import MaskView


@dataclass(frozen=True)
class Shown:
    """The portions that are shown, of the table itself or of what `view` makes of it."""

    portions: tuple[Portion, ...]
    view: MaskView | None = None

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are shown in some row."""
        return frozenset().union(*(one.columns for one in self.portions))

    def is_whole(self, names: Sequence[str]) -> bool:
        """Whether every cell of these columns is shown as it is."""
        return self.view is None and any(one.rows == Every(()) and one.columns >= set(names) for one in self.portions)


def portions(access: Access, names: Sequence[str], derived: Mapping[str, str], product: str) -> tuple[Portion, ...]:
    """What the answer shows of a table that has these columns, spelled as they are here.

    `derived` has the column behind each key of partitions that is made of one: such a key tells something of it, and
    is shown with it alone. Raises `PlanError` FILTER_UNREADABLE: a filter that is not understood shows nothing.
    """
    found: dict[Portion, None] = {}
    for one in access.portions:
        seen = frozenset(
            name
            for name in names
            if name.lower() in one.columns and (name not in derived or derived[name].lower() in one.columns)
        )
        if seen:
            try:
                found[Portion(seen, row_filter(one.rows, names))] = None
            except ValueError as error:
                fix = "mend the filter: mesh-etl govern plan"
                problem = f"a filter of rows cannot be held to: it {error}"
                raise PlanError(Fault("FILTER_UNREADABLE", problem, product, fix)) from None
    return tuple(one for one in found if not any(_covers(other, one) for other in found if other != one))


def _covers(one: Portion, other: Portion) -> bool:
    """Whether `one` shows every cell that `other` does."""
    return one.columns >= other.columns and one.rows in (Every(()), other.rows)
