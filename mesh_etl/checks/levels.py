"""Service levels: what a contract promises about the service, measured on the versions of its table.

Which property means what is that of the standard and of the Data QoS table that it refers to; `docs/metrics.md` says
how each is measured here. A level is measured as of a moment: at each run, and whenever somebody asks.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from mesh_etl.checks.base import Source
from mesh_etl.checks.dataset import DatasetRule

Property = Literal[
    "latency",
    "retention",
    "frequency",
    "errorRate",
    "throughput",
    "availability",
    "timeOfAvailability",
    "generalAvailability",
    "endOfSupport",
    "endOfLife",
]
_WEEK, _MONTH = 7, 30  # days that are looked back on
_VERSIONS = 10  # versions over which throughput is averaged
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Version:
    """A version of a table: when it was committed, and what became of the rows that were read for it.

    The rows of a replay were refused before, so that they are no errors of the service once more.
    """

    at: datetime.datetime
    good: int
    read: int
    rejected: int
    is_replay: bool = False


class Service(Protocol):
    """What levels are measured on."""

    @property
    def now(self) -> datetime.datetime:
        """The moment as of which the levels are measured."""
        ...

    @property
    def versions(self) -> Sequence[Version]:
        """The versions of the table, oldest first."""
        ...

    def newest(self, column: str) -> datetime.datetime | None:
        """The latest moment in a column; None where it is not known."""
        ...

    def oldest(self, column: str) -> datetime.datetime | None:
        """The earliest moment in a column; None where it is not known."""
        ...


@dataclass(frozen=True)
class Measured:
    """Whether a level holds, what was measured (seconds, percent, or rows per time), and the reason where it fails."""

    holds: bool
    value: float | None
    reason: str = ""


@dataclass(frozen=True)
class Level(DatasetRule):
    """One service level, in seconds, percent, or rows per second; `period` is the frequency that the contract promises.

    `stated` is the promise in the words of the contract.
    """

    source: ClassVar[Source] = "ledger"
    property: Property
    stated: str
    bound: float = 0
    columns: tuple[str, ...] = ()
    day: datetime.datetime | None = None
    time: datetime.time | None = None
    period: float | None = None

    def outlives(self, rival_is_disjoint: bool, partition_by: Collection[str]) -> bool:
        """A rival's version is measured by the run that made it."""
        return True

    def text(self) -> str:
        return self.stated

    def measured(self, service: Service) -> Measured | str:
        """What holds as of the service's moment; or why it cannot be measured yet."""
        if not service.versions:
            return _missing(service.now, self.day) if self.property == "generalAvailability" else "there is no version"
        match self.property:
            case "latency":
                return self._latency(service)
            case "retention":
                return self._retention(service)
            case "frequency":
                return self._frequency(service)
            case "errorRate":
                return self._error_rate(service.versions)
            case "throughput":
                return self._throughput(service.versions[-_VERSIONS:])
            case "availability":
                return self._availability(service)
            case "timeOfAvailability":
                return self._on_time(service)
            case "generalAvailability":
                return Measured(True, None)
        return self._end(service.now)

    def spelled(self, value: float) -> str:
        """What was measured, with its unit."""
        if self.property == "throughput":
            return f"{value * 86_400:,.0f} rows a day"
        shares = ("errorRate", "availability", "timeOfAvailability")
        return f"{value:.4g} %" if self.property in shares else duration(value)

    def _latency(self, service: Service) -> Measured | str:
        moments = [service.newest(column) for column in self.columns] or [service.versions[-1].at]
        return self._ages(moments, service.now, "the newest data is")

    def _retention(self, service: Service) -> Measured | str:
        return self._ages([service.oldest(column) for column in self.columns], service.now, "the oldest data is")

    def _ages(self, moments: Sequence[datetime.datetime | None], now: datetime.datetime, what: str) -> Measured | str:
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments):
            return f"no state of {', '.join(self.columns)} is known for the whole table, or it has no values"
        age = (now - min(known)).total_seconds()
        return Measured(age <= self.bound, age, f"{what} {duration(age)} old")

    def _frequency(self, service: Service) -> Measured | str:
        last = service.versions[-1].at
        gap = service.now - last
        if gap <= datetime.timedelta(0):
            if len(service.versions) < 2:
                return "needs an earlier version"
            gap = last - service.versions[-2].at
        seconds = gap.total_seconds()
        return Measured(seconds <= self.bound, seconds, f"{duration(seconds)} passed without a new version")

    def _error_rate(self, versions: Sequence[Version]) -> Measured | str:
        last = next((version for version in reversed(versions) if not version.is_replay), None)
        if last is None or not last.read:
            return "the last run has read no rows"
        share = 100 * last.rejected / last.read
        return Measured(share <= self.bound, share, f"{share:.4g} % of the rows of the last run were rejected")

    def _throughput(self, versions: Sequence[Version]) -> Measured | str:
        seconds = (versions[-1].at - versions[0].at).total_seconds()
        if seconds <= 0:
            return "needs an earlier version"
        rate = sum(version.good for version in versions[1:]) / seconds
        reason = f"{self.spelled(rate)} came in the last {len(versions)} versions"
        return Measured(rate >= self.bound, rate, reason)

    def _availability(self, service: Service) -> Measured | str:
        assert self.period is not None, "read so"
        start = max(service.versions[0].at, service.now - _MONTH * _DAY)
        whole = (service.now - start).total_seconds()
        if whole <= 0:
            return "needs an earlier version"
        fresh, ends = 0.0, [version.at for version in service.versions[1:]] + [service.now]
        for version, end in zip(service.versions, ends, strict=True):
            stale = min(end, version.at + datetime.timedelta(seconds=self.period))
            fresh += max(0.0, (stale - max(version.at, start)).total_seconds())
        share = 100 * fresh / whole
        return Measured(share >= self.bound, share, f"a current version was there for {share:.4g} % of the time")

    def _on_time(self, service: Service) -> Measured | str:
        assert self.time is not None, "read so"
        zone = self.time.tzinfo or datetime.UTC
        first, now = service.versions[0].at.astimezone(zone).date(), service.now.astimezone(zone)
        due = [datetime.datetime.combine(now.date() - back * _DAY, self.time, zone) for back in range(_WEEK + 1)]
        due = [moment for moment in due if moment <= now and moment.date() > first][:_WEEK]
        if not due:
            return "needs a version from the day before"
        reach = datetime.timedelta(seconds=self.period or 0)
        late = 0
        for moment in due:
            since = min(datetime.datetime.combine(moment.date(), datetime.time(), zone), moment - reach)
            late += not any(since <= version.at <= moment for version in service.versions)
        reason = f"on {late} of the last {len(due)} days no version came in time"
        return Measured(not late, 100 * (len(due) - late) / len(due), reason)

    def _end(self, now: datetime.datetime) -> Measured:
        assert self.day is not None, "read so"
        left = (self.day - now).total_seconds()
        return Measured(left > 0, left, f"it was reached {duration(-left)} ago")


def _missing(now: datetime.datetime, day: datetime.datetime | None) -> Measured:
    assert day is not None, "read so"
    return Measured(now < day, None, "there is no version")


def duration(seconds: float) -> str:
    """A length of time in its two largest units."""
    left, found = int(abs(seconds)), []
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if left >= size:
            found.append(f"{left // size} {name}")
            left %= size
    return ("-" if seconds <= -1 else "") + (" ".join(found[:2]) or "0 s")
