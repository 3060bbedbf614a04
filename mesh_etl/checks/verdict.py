"""What became of each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "failed", "warned", "suppressed", "rejected rows", "not executed"]


@dataclass(frozen=True)
class Verdict:
    """One rule's outcome: how many rows broke it, and for a dataset rule what was measured.

    "rejected rows" means that the rule holds in the table because the rows that broke it are in quarantine, and
    "suppressed" that it does not hold and the job puts up with it until the date in `reason`. `measured` is a count, a
    share in percent or seconds, never a cell; `source` says where it comes from (`checks/base.py`). `against` is the
    other table that the answer depends on, at its version: `sales.customers@7`.
    """

    rule: str
    status: Status
    rows: int = 0
    text: str = ""
    reason: str = ""
    column: str = ""
    dimension: str | None = None
    severity: str = "error"
    source: str = ""
    measured: float | None = None
    against: str = ""
