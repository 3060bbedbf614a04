"""Access that was asked for and given: what the compiler makes grants of, beside the contracts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Approved:
    """Access to a product that holds until a day.

    `principal` is the ARN of a role, or twelve digits for a whole account. With `role` it is the access that this role
    of the product's contract has: its rows, columns, masks and rights. Without one it is `columns`, none of them
    standing for all, of the rows that `rows`, a condition as the contract's roles have them, is true for.
    """

    id: str
    product: str
    principal: str
    role: str = ""
    columns: tuple[str, ...] = ()
    rows: str = ""
    until: datetime.date | None = None
    grant_option: bool = False

    def holds(self, today: datetime.date) -> bool:
        """Whether the access is to be had on this day, in UTC; the last one is `until`."""
        return self.until is None or today <= self.until
