"""Counts of the pass that wrote: rows in the table, and rows that broke a rule without being rejected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_etl.checks import Verdict
from mesh_etl.checks.dataset import Measure
from mesh_etl.run.answers.base import Audit, compared, share


def answered(rules: Sequence[Measure], audit: Audit) -> Iterator[Verdict]:
    """The verdict on each rule."""
    for rule in rules:
        rows, total = (audit.broken.get(rule.counts, 0), audit.counts.good) if rule.counts else (audit.rows, audit.rows)
        yield compared(rule, rule.comparison, share(rows, total) if rule.percent else rows, rows)
