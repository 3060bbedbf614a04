"""Rules that the contract itself settles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import Settled
from mesh_etl.run.answers.base import Audit, broken


def answered(rules: Sequence[Settled], _: Audit) -> Iterator[Verdict]:
    """The verdict on each rule."""
    yield from (verdict(rule) for rule in rules)


def verdict(rule: Settled) -> Verdict:
    """The verdict on one rule."""
    reason = "" if rule.holds else "the contract says otherwise"
    return Verdict(rule.id, "passed" if rule.holds else broken(rule), 0, rule.text(), reason)
