"""Deprecation with a notice period: until when a column that is to go can be relied on.

A contract says so by `deprecated: true` and by custom properties of the column: `removeAfter` (a day), or
`deprecatedSince` (a day) with a `noticePeriod` such as `90d`, `P90D`, `12w`, `6m` or `1y`, which the contract itself
may state for all columns.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mesh_etl.contract.changes.base import Change, Flag
from mesh_etl.contract.summary import ColumnSummary

_PERIOD = re.compile(r"P?(\d{1,4}) ?([dwmy])", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True)
class Notices:
    """Notices are judged as of `today`; `period` is that of the contract, for columns that state none."""

    period: str | None
    today: datetime.date

    def removal(self, column: ColumnSummary) -> tuple[str, Flag]:
        """The removal of the column in words, and whether it was announced in time."""
        if not column.deprecated and not column.notice:
            return "removed, and it was never announced as deprecated", "unannounced"
        end = self.until(column.notice or {})
        if end is None:
            return "removed; it was deprecated, with no day that can be read until which it stays", "announced"
        if self.today <= end:
            return f"removed before its notice is over: it was to stay until {end}", "early"
        return f"removed after its notice, which ended on {end}", "announced"

    def until(self, notice: Mapping[str, Any]) -> datetime.date | None:
        """The last day of the column, where the notice names one."""
        if day := _day(notice.get("removeAfter")):
            return day
        since, days = _day(notice.get("deprecatedSince")), _days(notice.get("noticePeriod") or self.period)
        return since + datetime.timedelta(days) if since is not None and days is not None else None

    def changes(self, path: str, old: ColumnSummary, new: ColumnSummary) -> Iterator[Change]:
        """What is announced, taken back or moved."""
        before, after = self.until(old.notice or {}), self.until(new.notice or {})
        if new.deprecated and not old.deprecated:
            end = f": it stays until {after}" if after else ", with no day until which it stays"
            yield Change("additive", path, f"deprecated now{end}", at=(old.loc, (*new.loc, "deprecated")))
        elif old.deprecated and not new.deprecated:
            yield Change("cosmetic", path, "no longer deprecated", at=((*old.loc, "deprecated"), new.loc))
        elif before != after:
            shortened = before is not None and (after is None or after < before)
            text = f"its notice ends {after or 'on no day that is told'} now, not {before or 'on no day that was told'}"
            places = ((*old.loc, "customProperties"), (*new.loc, "customProperties"))
            yield Change("breaking" if shortened else "additive", path, text, at=places)


def _day(text: object) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(str(text)[:10]) if text is not None else None
    except ValueError:
        return None


def _days(text: object) -> int | None:
    match = _PERIOD.fullmatch(str(text).strip()) if text is not None else None
    return int(match[1]) * _DAYS[match[2].lower()] if match else None
