"""Counts of rows in the table as it will be, and of those that break a rule without being rejected.

The pass that wrote has counted the new rows; for the rows that stay, the commits that wrote them have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import Measure
from mesh_etl.run.answers.base import Audit, compared, share


def answered(rules: Sequence[Measure], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule."""
    kept = audit.states.broken([rule.counts for rule in rules if rule.counts])
    for rule in rules:
        rows = audit.broken.get(rule.counts, 0) + kept[rule.counts] if rule.counts else audit.rows
        yield compared(rule, rule.comparison, share(rows, audit.rows) if rule.percent else rows, rows)
