"""Approval by policy: whether a request needs nobody to look at it, and where it does, why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.product_name import domain_of
from mesh_etl.expressions import paths

if TYPE_CHECKING:
    from mesh_etl.config.governance.approvals import Approval
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.requests.offer import Offer
    from mesh_etl.govern.requests.request import Asked


@dataclass(frozen=True, slots=True)
class Judged:
    """The policy that approves, or for each that is about such a request why it does not."""

    policy: Approval | None
    reasons: tuple[str, ...] = ()


def judged(mesh: Mesh, asked: Asked, offer: Offer) -> Judged:
    """Whether a policy of the mesh approves what is asked; the first one that does."""
    reasons = []
    for policy in mesh.approvals:
        why = _against(policy, asked, offer)
        if why is None:
            return Judged(policy)
        if why:
            reasons.append(f"policy '{policy.name}' does not approve it: {why}")
    return Judged(None, tuple(reasons))


def _against(policy: Approval, asked: Asked, offer: Offer) -> str | None:
    """Why the policy does not approve it; empty where it is not about such requests, None where it does approve."""
    domain = domain_of(asked.product)
    about = {asked.named, asked.named.partition(".")[0]} & set(policy.to)
    if not about or (policy.domains is not None and domain not in policy.domains):
        return ""
    if policy.roles is not None and asked.role not in policy.roles:
        return ""
    if asked.grant_option:
        return "it may be given on"
    if asked.levels > 1:
        return "the contract wants two approvals"
    if offer.writes:
        return "it gives more than reading"
    if asked.days is None or asked.days > policy.days:
        return f"it is for longer than {policy.days} days"
    if refused := _too_personal(offer.classifications, policy.classifications):
        return refused
    return _condition(policy, asked, offer)


def _too_personal(found: Mapping[str, Iterable[str]], allowed: tuple[str, ...]) -> str:
    """The first column with a classification that the policy does not let through."""
    for name, words in found.items():
        if other := sorted(set(words) - {one.lower() for one in allowed}):
            return f"column '{name}' is {other[0]}"
    return ""


def _condition(policy: Approval, asked: Asked, offer: Offer) -> str | None:
    if policy.when is None:
        return None
    request = {
        "product": asked.product,
        "principal": asked.named,
        "role": asked.role,
        "columns": list(asked.columns),
        "days": asked.days,
    }
    try:
        holds = paths.holds(paths.evaluate(policy.when, {"request": request, "contract": offer.document}))
    except paths.Unanswerable as error:
        return f"its condition has no answer: {error}"
    return None if holds else "its condition does not hold"
