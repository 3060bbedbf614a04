"""Where access is asked for, given, refused and taken back; who decides it is looked at each time."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import domain_of
from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.govern.audit import now
from mesh_etl.govern.principals import name_of, principal
from mesh_etl.govern.requests.approvers import approvers, levels, require_approver
from mesh_etl.govern.requests.automatic import judged
from mesh_etl.govern.requests.offer import Offer
from mesh_etl.govern.requests.request import Asked, Request, Step
from mesh_etl.govern.requests.store import Requests
from mesh_etl.govern.required import require_governance
from mesh_etl.govern.store import store

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.contract.people import Role
    from mesh_etl.govern.requests.approved import Approved

_LONGEST = 1_000  # characters of a reason


@dataclass(frozen=True)
class Desk:
    """The requests for access to a project's products; `by` is always the name of whoever does it (see `actor`)."""

    project: Project
    clock: Callable[[], datetime.datetime] = now

    @property
    def today(self) -> datetime.date:
        """The day, in UTC, by which access holds."""
        return self.clock().date()

    @property
    def requests(self) -> Requests:
        """All of them. Raises `PlanError` GOVERNANCE_MISSING in a mesh without a central catalogue."""
        require_governance(self.project.mesh)
        return Requests(*store(self.project))

    def ask(
        self,
        product: str,
        whom: str,
        reason: str,
        role: str = "",
        columns: tuple[str, ...] = (),
        rows: str = "",
        days: int | None = None,
        grant_option: bool = False,
        by: str = "",
    ) -> tuple[Request, tuple[str, ...]]:
        """The request is kept; a policy may have approved it. Beside it is why other policies have not.

        `whom` is to get the access, `by` asks for it: the same, where it is empty. Raises `PlanError`, with
        REASON_MISSING and REQUEST_EXISTS beside what `Offer` raises, and `ConfigError` for names that nobody has.
        """
        kept = self.requests
        offer = Offer.of(self.project, product).part(role, columns, rows)
        arn = principal(self.project.mesh, whom, "--for")
        named = name_of(self.project.mesh, arn)
        asked = Asked(
            product=product,
            principal=arn,
            named=named,
            role=role,
            columns=columns,
            rows=offer.audience.rows if not role else "",
            days=days,
            grant_option=grant_option,
            levels=levels(offer.role),
        )
        self._require_new(kept, asked)
        found = kept.add(asked, Step("asked", by or named, self.clock(), _reason(reason)))
        verdict = judged(self.project.mesh, asked, offer)
        if verdict.policy is None:
            return found, verdict.reasons
        why, until = verdict.policy.reason, self._until(asked)
        step = Step("approved", "policy", self.clock(), why, until, verdict.policy.name)
        try:
            return kept.append(found, step), ()
        except RunError as error:
            if error.code != "ACCESS_DENIED":  # whoever asks may write the first step alone
                raise
            return found, (f"the policy '{step.policy}' lets it through, but you may not write a decision",)

    def approve(self, id_: str, by: str, reason: str = "") -> Request:
        """The request is approved by one of those who may; where it takes two of them, by the one or by both.

        Raises `PlanError`: UNKNOWN_REQUEST, REQUEST_DECIDED, NOT_AN_APPROVER, SELF_APPROVAL, REQUEST_STALE when the
        contract asks for more approvals since, and what `Offer` raises for what it does not offer any more.
        """
        found = self._open(id_, by)
        asked = found.asked
        offer = Offer.of(self.project, asked.product).part(asked.role, asked.columns, asked.rows)
        if levels(offer.role) > asked.levels:
            problem = "the contract wants two approvals since it was asked for"
            raise PlanError(Fault("REQUEST_STALE", problem, id_, "deny it, and ask again"))
        return self.requests.append(found, Step("approved", by, self.clock(), reason, self._until(found.asked)))

    def deny(self, id_: str, by: str, reason: str) -> Request:
        """The request is refused. Raises as `approve` does, and REASON_MISSING."""
        found = self._open(id_, by)
        return self.requests.append(found, Step("denied", by, self.clock(), _reason(reason)))

    def revoke(self, id_: str, by: str, reason: str) -> Request:
        """What was approved ends, or the request is withdrawn, by an approver or by whoever asked for it.

        Raises as `approve` does, and REASON_MISSING.
        """
        found = self.requests.one(id_)
        status = found.status(self.today)
        if status in ("denied", "revoked"):
            raise PlanError(Fault("REQUEST_DECIDED", f"it is {status} already", id_, "nothing is left to do"))
        if by not in (found.steps[0].by, found.asked.named, *(step.by for step in found.approvals)):
            require_approver(self.project.mesh, found, self.role_of(found), by)
        return self.requests.append(found, Step("revoked", by, self.clock(), _reason(reason)))

    def approvers(self, found: Request) -> tuple[str, ...]:
        """Who may decide on it next, by name."""
        level = min(len(found.approvals) + 1, found.asked.levels)
        return approvers(self.project.mesh, domain_of(found.asked.product), self.role_of(found), level)

    def approved(self) -> tuple[Approved, ...]:
        """The access that holds today, for the compiler."""
        return tuple(one.approved() for one in self.requests.all() if one.status(self.today) == "approved")

    def _open(self, id_: str, by: str) -> Request:
        found = self.requests.one(id_)
        status = found.status(self.today)
        if status != "asked":
            raise PlanError(Fault("REQUEST_DECIDED", f"it is {status} already", id_, f"mesh-etl requests show {id_}"))
        require_approver(self.project.mesh, found, self.role_of(found), by)
        return found

    def role_of(self, found: Request) -> Role | None:
        """The contract's role that is asked for, None where there is none any more."""
        if not self.project.has_job(found.asked.product):  # what was given can still be taken back
            return None
        roles = Offer.of(self.project, found.asked.product).product.contract.odcs.roles
        return next((one for one in roles if one.role == found.asked.role), None)

    def _until(self, asked: Asked) -> datetime.date | None:
        return None if asked.days is None else self.today + datetime.timedelta(days=asked.days)

    def _require_new(self, kept: Requests, asked: Asked) -> None:
        def what(one: Asked) -> tuple[object, ...]:
            return (one.product, one.principal, one.role, one.columns, one.rows, one.grant_option)

        for one in kept.all():
            status = one.status(self.today)
            if what(one.asked) == what(asked) and status in ("asked", "approved"):
                problem = f"{asked.named} has asked for it before: it is {status}"
                raise PlanError(Fault("REQUEST_EXISTS", problem, one.id, f"mesh-etl requests show {one.id}"))


def _reason(text: str) -> str:
    """The reason without what could steer a terminal. Raises `PlanError` REASON_MISSING."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text).strip()[:_LONGEST]
    if not plain:
        raise PlanError(
            Fault("REASON_MISSING", "a decision about access says why", "--reason", "say it in a few words")
        )
    return plain
