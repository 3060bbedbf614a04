"""A request for access: what was asked, what became of it, step by step, and where it stands on a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Literal

from mesh_etl.govern.requests.approved import Approved

Kind = Literal["asked", "approved", "denied", "revoked"]
Status = Literal["asked", "approved", "denied", "revoked", "expired"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants; `days` is how long, from the day of the approval on, None without an end."""

    product: str
    principal: str  # the ARN of a role, or twelve digits for a whole account
    named: str  # how the configuration calls the principal
    role: str = ""
    columns: tuple[str, ...] = ()
    rows: str = ""
    days: int | None = None
    grant_option: bool = False
    levels: int = 1  # how many have to approve, one after the other


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a request: who did it, when, in UTC, and why; `policy` where nobody had to."""

    kind: Kind
    by: str
    at: datetime.datetime
    reason: str = ""
    until: datetime.date | None = None
    policy: str = ""
    mark: str = ""  # tells the writer's own step from that of another who wrote the same


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its steps, in order; the first one asked for it."""

    id: str
    asked: Asked
    steps: tuple[Step, ...]

    @property
    def approvals(self) -> tuple[Step, ...]:
        """The steps by which it was approved so far."""
        return tuple(step for step in self.steps if step.kind == "approved")

    @property
    def until(self) -> datetime.date | None:
        """The last day on which the access holds; None without an end, and while it is not approved."""
        return self.steps[-1].until if self.steps[-1].kind == "approved" else None

    def status(self, today: datetime.date) -> Status:
        """Where it stands on this day, in UTC: one that needs two approvals and has one is still asked for."""
        last = self.steps[-1].kind
        if last != "approved":
            return last
        if not self.approvals[-1].policy and len(self.approvals) < self.asked.levels:
            return "asked"
        return "expired" if self.until is not None and today > self.until else "approved"

    def approved(self) -> Approved:
        """The access that it gives once it is approved."""
        asked = self.asked
        return Approved(
            self.id, asked.product, asked.principal, asked.role, asked.columns, asked.rows, self.until,
            asked.grant_option,
        )  # fmt: skip

    def after(self, step: Step) -> Request:
        """The request with one more step."""
        return replace(self, steps=(*self.steps, step))
