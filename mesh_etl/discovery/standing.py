"""How a product stands now: its newest version, what its rules said of it, and how old it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Ledger

_WORST = ("failed", "warned", "rejected rows", "suppressed", "passed")


@dataclass(frozen=True)
class Standing:
    """The newest version of a table; of a view, that of the source which is the oldest, and the worst verdict.

    `quality` is the worst that became of a rule: failed, warned, rejected rows, suppressed or passed; `no rules` where
    none was executed, and `no data` where there is no version yet.
    """

    quality: str = "no data"
    version: int | None = None
    committed_at: str = ""
    rows: int | None = None


def standing(ledger: Ledger) -> Standing:
    """How the table of the ledger stands."""
    head = ledger.snapshot()
    if head is None:
        return Standing()
    said = {rule.status for rule in head.data.rules}
    quality = next((one for one in _WORST if one in said), "no rules")
    return Standing(quality, head.data.seq, head.data.committed_at, head.rows)


def of_view(sources: Iterable[str], of: Callable[[str], Standing]) -> Standing:
    """How a view stands whose tables are these products."""
    found = [of(source) for source in sources]
    if not found or any(one.version is None for one in found):
        return Standing()
    said = {one.quality for one in found}
    quality = next((one for one in _WORST if one in said), "no rules")
    return Standing(quality, None, min(one.committed_at for one in found))
