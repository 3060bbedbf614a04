"""What holding a contract against a DataFrame gives: verdicts, the good rows and the bad ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from mesh_etl.checks import Verdict
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SIGNS = {"passed": "✓", "warned": "!", "not executed": "·"}
# Readable on a dark and on a light page.
_COLOURS = {"passed": "#2e9e5b", "warned": "#b8860b", "not executed": "#888888"}
_BROKEN = "#d64545"
_MEND = "mend the rows that break it, or change the rule"


@dataclass(frozen=True)
class Checked:
    """The verdict on every rule, and the rows that the rules let pass and those that they refuse, read when asked for.

    `good` has the contract's columns; `bad` has them too, with `_violations` (rule, column) behind them. Only those
    two hold cells: everything that is printed holds names and counts.
    """

    contract: str
    version: str
    verdicts: tuple[Verdict, ...]
    read: int
    kept: int
    good: DataFrame = field(repr=False)
    bad: DataFrame = field(repr=False)
    places: dict[str, str] = field(default_factory=dict, repr=False)  # of rules in the contract's file

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """The rules that do not hold on the frame; warnings are not among them."""
        return tuple(one for one in self.verdicts if one.status in ("failed", "rejected rows"))

    @property
    def passed(self) -> bool:
        """Whether no rule is broken; one that was not executed is not."""
        return not self.broken

    def faults(self) -> Iterator[Fault]:
        """Each broken rule with its place in the contract and the number of rows that break it."""
        for one in self.broken:
            what = one.reason or f"{one.rows:,} of {self.read:,} rows break it"
            text = f"{one.text}: {what}" if one.text != what else what
            yield Fault("RULE_BROKEN", f"{one.rule}: {text}", self.places.get(one.rule, ""), _MEND)

    def __str__(self) -> str:
        lines = [f"{self._title()}: {self._sum()}"]
        width = max((len(one.rule) for one in self.verdicts), default=0)
        for one in self._ordered():
            rows = f"{one.rows:,} {'row' if one.rows == 1 else 'rows'}" if one.rows else ""
            told = "  ".join(part for part in (one.status, rows, one.reason) if part)
            lines.append(f"  {_SIGNS.get(one.status, '✗')} {one.rule:{width}}  {told}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The verdicts as a table for a notebook."""
        rows = "".join(self._row(one) for one in self._ordered())
        heads = "".join(f'<th style="text-align:left">{name}</th>' for name in ("", "rule", "verdict", "rows", "what"))
        return (
            f"<div><b>{escape(self._title())}</b>: {escape(self._sum())}</div>"
            f'<table style="color:inherit"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        )

    def _row(self, one: Verdict) -> str:
        colour = _COLOURS.get(one.status, _BROKEN)
        sign = f'<span style="color:{colour};font-weight:bold">{_SIGNS.get(one.status, "✗")}</span>'
        what = one.reason if one.status == "not executed" else "; ".join(filter(None, (one.text, one.reason)))
        cells = (sign, escape(one.rule), escape(one.status), f"{one.rows:,}" if one.rows else "", escape(what))
        return "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"

    def _title(self) -> str:
        return f"{self.contract} {self.version}"

    def _sum(self) -> str:
        state = "passed" if self.passed else f"{len(self.broken)} of {len(self.verdicts)} rules broken"
        return f"{state}; {self.read:,} rows read, {self.kept:,} good, {self.read - self.kept:,} refused"

    def _ordered(self) -> list[Verdict]:
        """The broken ones first, then warnings and what was not executed."""
        order = {"failed": 0, "rejected rows": 1, "warned": 2, "not executed": 3}
        return sorted(self.verdicts, key=lambda one: order.get(one.status, 4))
