"""What a table costs in S3: as it stands, with the versions that it keeps, and as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesh_etl.config.maintenance import Maintenance, span
from mesh_etl.cost.figures import Figures
from mesh_etl.cost.history import Ran, usual
from mesh_etl.cost.prices import Prices
from mesh_etl.cost.work import Reading
from mesh_etl.upkeep.lifecycle import UNDO_DAYS

GB = 1_000_000_000  # bytes
_DAY = 86_400
_MONTH_DAYS = 365 / 12


@dataclass(frozen=True)
class Storage:
    """Bytes of the table, of what it held before and still keeps, and by how much it grows in a month; dollars a month.

    `more` is by how much `monthly` rises with each month. `cold` is what the table costs once all of it lies in the
    class that its files move to.
    """

    table: float
    kept: float
    grown: float
    monthly: float
    more: float
    cold_class: str
    cold: float
    measured: bool


def storage(
    maintenance: Maintenance,
    table: int | None,
    runs: Sequence[Ran],
    reading: Reading,
    adds: bool,
    runs_a_month: float,
    tier: str | None,
    prices: Prices,
) -> Storage:
    """What the table costs, by its size and what runs have done to it, or before the first one by what they will read.

    `table` is its size in bytes, None before its first version; `adds` says whether a run adds to what is there; `tier`
    is the class that files move to, None where they stay.
    """
    first = reading.total * Figures.read().table_per_text_byte.value
    now = first if table is None else float(table)
    later = runs[1:] or runs  # the first run replaced nothing, and grew the table by all of it
    replaced = usual(one.replaced for one in later) if runs[1:] else (0.0 if adds else now)
    grows = usual(one.grown for one in later) if adds and runs else (first if adds else 0.0)
    days = span(maintenance.expire.older_than).total_seconds() / _DAY + UNDO_DAYS
    a_day = runs_a_month / _MONTH_DAYS
    kept = replaced * a_day * days
    standard = prices.storage_gb_month["STANDARD"]
    cold = prices.storage_gb_month[tier] if tier else standard  # type: ignore[index]
    grown = max(0.0, grows) * runs_a_month
    return Storage(
        table=now,
        kept=kept,
        grown=grown,
        monthly=(now + kept) / GB * standard,
        more=grown / GB * standard,
        cold_class=tier or "STANDARD",
        cold=now / GB * cold + kept / GB * standard,
        measured=table is not None,
    )
