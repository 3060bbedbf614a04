"""`slaProperties`: what the contract promises about the service.

A level is a warning unless its custom property `severity` says otherwise: no run makes late data early by failing.
`driver` says how important the level is to whom, not what breaking it does, and is told with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from mesh_etl.checks.found import About, Found, Skipped, mild
from mesh_etl.checks.levels import Level, Property
from mesh_etl.contract.classified import told
from mesh_etl.contract.levels import KNOWN, clock, day, percent, period, rate
from mesh_etl.contract.levels import level as named
from mesh_etl.errors import did_you_mean

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.odcs import ServiceLevel

_TIMES = ("date", "timestamp", "timestamp_ntz")


def level_rules(contract: Contract) -> Iterator[Found]:
    """The service levels of the contract."""
    stated = Counter(level.property for level in contract.odcs.sla_properties)
    for index, level in enumerate(contract.odcs.sla_properties):
        name = f"sla.{level.property}" if stated[level.property] == 1 else f"sla.{level.property}[{index}]"
        severity = str(_severity(level))
        note = f"its schedule '{level.schedule}' is not followed: every run measures it" if level.schedule else ""
        about = About(contract.where("slaProperties", index), severity=severity, dimension="timeliness", note=note)
        try:
            yield Found(_level(contract, level, name, not mild(severity)), about)
        except ValueError as error:
            yield Found(Skipped(name, str(error)), about)


def _severity(level: ServiceLevel) -> object:
    return next((one.value for one in level.custom_properties if one.property == "severity"), "warning")


def _level(contract: Contract, level: ServiceLevel, name: str, fails: bool) -> Level:
    """The level. Raises `ValueError` with the reason why it is not executed."""
    known = named(level.property)
    if known is None:
        raise ValueError(f"'{level.property}' is no property of the standard; {did_you_mean(level.property, KNOWN)}")
    if known.startswith("timeTo"):
        raise ValueError("needs a record of incidents, which no commit holds")
    kind = cast(Property, "latency" if known == "freshness" else known)
    words = f"{kind} {level.value} {level.unit or ''}".strip() + (f" ({level.driver})" if level.driver else "")
    match kind:
        case "latency":
            return Level(name, fails, kind, words, _period(level), _elements(contract, level))
        case "retention":
            columns = _elements(contract, level)
            if not columns:
                raise ValueError("needs an element: a column of dates or timestamps")
            return Level(name, fails, kind, words, _period(level), columns)
        case "frequency":
            return Level(name, fails, kind, words, _period(level))
        case "errorRate":
            return Level(name, fails, kind, words, percent(level.value, level.unit))
        case "throughput":
            return Level(name, fails, kind, words, rate(level.value, level.unit))
        case "availability":
            due = _promised_period(contract)
            if due is None:
                raise ValueError("needs a frequency: a version counts as available until the next one is due")
            return Level(name, fails, kind, words, percent(level.value, level.unit), period=due)
        case "timeOfAvailability":
            return Level(name, fails, kind, words, time=clock(level.value), period=_promised_period(contract))
    return Level(name, fails, kind, words, day=day(level.value))


def _period(level: ServiceLevel) -> float:
    return period(named(level.property), level.value, level.unit)


def _promised_period(contract: Contract) -> float | None:
    for level in contract.odcs.sla_properties:
        if named(level.property) == "frequency":
            try:
                return _period(level)
            except ValueError as error:
                raise ValueError(f"its frequency says nothing: {error}") from None
    return None


def _elements(contract: Contract, level: ServiceLevel) -> tuple[str, ...]:
    """The columns of dates and timestamps that the level is about."""
    types = {field.name: field.type.ddl() for field in contract.schema}
    found = []
    for one in (level.element or contract.odcs.sla_default_element or "").split(","):
        name = one.strip().rpartition(".")[2]
        for column in contract.columns:
            if name in (column.name, column.stored_name, column.id) and types[column.stored_name] in _TIMES:
                if not told(column):
                    raise ValueError(f"'{name}' is classified '{column.classification}': its values are not summed up")
                found.append(column.stored_name)
    return tuple(found)
