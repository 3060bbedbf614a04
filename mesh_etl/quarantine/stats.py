"""How many rows are refused, by what, and since when; and which rules are put up with."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_etl.config import LoadedJob
from mesh_etl.config.suppression import today
from mesh_etl.quarantine.rows import Row
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.quarantine import Refused, standing

_AGES = ((1, "up to a day"), (7, "up to a week"), (30, "up to 30 days"), (90, "up to 90 days"))
_OLDER = "older"


@dataclass(frozen=True)
class Stats:
    """Counts of refused rows. A row that breaks several rules counts for each of them, and once in `rows`."""

    product: str
    rows: int
    rules: dict[str, int]
    columns: dict[str, int]
    files: dict[str, int]
    runs: dict[str, int]
    ages: dict[str, int]
    expired: int
    suppressed: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """The counts as plain JSON data, with names and without cell values."""
        return {
            "product": self.product,
            "rows": self.rows,
            "by_rule": self.rules,
            "by_column": self.columns,
            "by_file": self.files,
            "by_run": self.runs,
            "by_age": self.ages,
            "expired": self.expired,
            "suppressed": list(self.suppressed),
        }


def stats(job: LoadedJob, entries: Sequence[Entry], held: Sequence[Refused], rows: Iterable[Row]) -> Stats:
    """The counts of the rows, which are those of the files `held`."""
    now = datetime.datetime.now(datetime.UTC)
    found: dict[str, Counter[str]] = {name: Counter() for name in ("rule", "column", "file", "run", "age")}
    total = 0
    for row in rows:
        total += 1
        found["rule"].update({rule for rule, _ in row.broken})
        found["column"].update({column for _, column in row.broken if column})
        found["file"][row.file or "(made by a transform)"] += 1
        found["run"][row.run] += 1
        found["age"][_age(row.held, now)] += 1
    here = {one.path for one in held}
    return Stats(
        product=job.product,
        rows=total,
        rules=dict(found["rule"].most_common()),
        columns=dict(found["column"].most_common()),
        files=dict(found["file"].most_common()),
        runs=dict(found["run"].most_common()),
        ages=dict(found["age"].most_common()),
        expired=sum(one.rows for one in standing(entries) if one.path not in here),
        suppressed=tuple(_suppressed(job, entries)),
    )


def _age(file: Refused, now: datetime.datetime) -> str:
    days = (now - datetime.datetime.fromisoformat(file.at)) / datetime.timedelta(days=1)
    return next((name for limit, name in _AGES if days <= limit), _OLDER)


def _suppressed(job: LoadedJob, entries: Sequence[Entry]) -> Iterable[dict[str, Any]]:
    """The job's suppressions, with the rows that the last run let pass by them."""
    last = {one.rule: one for one in entries[-1].rules} if entries else {}
    for one in job.job.checks.suppress:
        rows = sum(
            verdict.rows
            for verdict in last.values()
            if verdict.status == "suppressed" and one.means(verdict.rule, verdict.column)
        )
        yield {
            "rule": one.rule,
            "column": one.column or "",
            "until": one.until.isoformat(),
            "holds": one.holds(today()),
            "reason": one.reason,
            "owner": one.owner,
            "rows": rows,
        }
