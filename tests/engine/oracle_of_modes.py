"""What each mode makes of a table, as plainly as it can be said: lists and dictionaries, one row after the other.

An oracle has `rows`, the table after the runs so far, and `changed`, the counts of the last run, None for a mode that
counts nothing. `run` takes the rows of one delivery and the date of the run; it raises `Refused` with the code of the
error, and then nothing has changed.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Row = tuple[Any, ...]
NOTHING = None  # the state of a key that has no row


class Refused(Exception):
    """The run fails with this code."""


class Append:
    """Rows are added."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.changed: Counter[str] | None = None

    def run(self, batch: Sequence[Row], date: datetime.date) -> None:
        self.rows = [*self.rows, *batch]
        self.changed = None

    def delete(self, wanted: Callable[[Row], bool | None]) -> None:
        """Rows of which `wanted` is True go; None is neither true nor false."""
        gone = sum(wanted(row) is True for row in self.rows)
        self.rows = [row for row in self.rows if wanted(row) is not True]
        self.changed = Counter(deleted=gone)


class Replace(Append):
    """The rows are those of the last run."""

    def run(self, batch: Sequence[Row], date: datetime.date) -> None:
        self.rows = list(batch)
        self.changed = None


class ReplacePartitions(Append):
    """Rows are (id, part, n): those of a part that comes are replaced."""

    def run(self, batch: Sequence[Row], date: datetime.date) -> None:
        come = {part for _, part, _ in batch}
        self.rows = [row for row in self.rows if row[1] not in come] + list(batch)
        self.changed = None


class Snapshot(Append):
    """Rows of the run's date are replaced; the date is their last column."""

    def run(self, batch: Sequence[Row], date: datetime.date) -> None:
        self.rows = [row for row in self.rows if row[-1] != date] + [(*row, date) for row in batch]
        self.changed = None


class Latest:
    """Rows that come are (op, id, part, n, order), where D deletes: the latest of each id by its order is the table's.

    An order of None is the earliest. Of a deletion only its order is remembered. With `delete_wins` a deletion comes
    after other rows of its order, without it that is a tie.
    """

    def __init__(self, delete_wins: bool) -> None:
        self.delete_wins = delete_wins
        self.held: dict[Any, Row] = {}
        self.graves: dict[Any, Any] = {}
        self.changed: Counter[str] | None = None

    @property
    def rows(self) -> list[Row]:
        return list(self.held.values())

    def run(self, batch: Sequence[Row], date: datetime.date) -> None:
        groups = defaultdict(list)
        for op, *row in batch:
            groups[row[0]].append((op == "D", tuple(row)))
        latest = {key: self._latest(group) for key, group in groups.items()}
        for key, (gone, row) in latest.items():
            self._refuse_tie(key, gone, row)
        self.changed = Counter(superseded=len(batch) - len(latest))
        for key, (gone, row) in latest.items():
            self.changed.update(self._apply(key, gone, row))

    def _latest(self, group: list[tuple[bool, Row]]) -> tuple[bool, Row]:
        top = max(_rank(row[-1]) for _, row in group)
        level = [(gone, row) for gone, row in group if _rank(row[-1]) == top]
        gone = [one for one in level if one[0]]
        if gone and (self.delete_wins or len(gone) == len(level)):
            return gone[0]
        if gone or len({row for _, row in level}) > 1:
            raise Refused("ORDER_TIE")
        return level[0]

    def _refuse_tie(self, key: Any, gone: bool, row: Row) -> None:
        mine, held, grave = _rank(row[-1]), self._held(key), self._grave(key)
        if mine == held and grave < held:
            differs = (not gone and row != self.held[key]) or (gone and not self.delete_wins)
            if differs:
                raise Refused("ORDER_TIE")

    def _apply(self, key: Any, gone: bool, row: Row) -> Iterable[str]:
        mine, held, grave = _rank(row[-1]), self._held(key), self._grave(key)
        if mine < max(held, grave):
            return ["late"]
        if mine == grave:
            return ["unchanged" if gone else "late"]
        if not gone and self.held.get(key) == row:
            return ["unchanged"]
        known = self.held.pop(key, None)
        if gone:
            self.graves[key] = row[-1]
            return ["deletes", "deleted"] if known else ["deletes"]
        self.held[key] = row
        return ["updated" if known else "inserted"]

    def _held(self, key: Any) -> tuple[int, Any]:
        return _rank(self.held[key][-1]) if key in self.held else _NEVER

    def _grave(self, key: Any) -> tuple[int, Any]:
        return _rank(self.graves[key]) if key in self.graves else _NEVER


_NEVER = (-1, 0)


def _rank(order: Any) -> tuple[int, Any]:
    return (0, 0) if order is None else (1, order)


class Scd2:
    """Rows that come are (op, id, part, n, moment), where D ends: each id has a state since each of its moments.

    A moment that is known stays. One that comes is taken up when the state changes with it. With `closes`, the moment
    of a row is the run's date, and ids that do not come have no state since then.
    """

    def __init__(self, closes: bool = False) -> None:
        self.closes = closes
        self.states: dict[Any, dict[Any, Any]] = {}
        self.changed: Counter[str] | None = None

    @property
    def rows(self) -> list[Row]:
        """(id, part, n, valid_from, valid_to, is_current) of each version."""
        found = []
        for key, states in self.states.items():
            moments = sorted(states)
            for moment, end in zip(moments, [*moments[1:], None], strict=True):
                if states[moment] is not NOTHING:
                    found.append((key, *states[moment], moment, end, end is None))
        return found

    def run(self, batch: Sequence[Row], date: datetime.date) -> None:
        come: dict[Any, dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for op, key, *state, moment in batch:
            come[key][date if self.closes else moment].append(NOTHING if op == "D" else tuple(state))
        absent = set()
        if self.closes:
            absent = {key for key, states in self.states.items() if states[max(states)] is not NOTHING} - set(come)
            if absent and not batch:
                raise Refused("SOURCE_EMPTY")
            for key in absent:
                come[key][date].append(NOTHING)
        for key, events in come.items():
            for moment, states in events.items():
                known = self.states.get(key, {})
                if len({*states, *([known[moment]] if moment in known else [])}) > 1:
                    raise Refused("EFFECTIVE_TIE")
        self.changed = Counter()
        for key, events in come.items():
            told = self._told(key, {moment: (states[0], len(states)) for moment, states in events.items()})
            self.changed.update(closed=told["deleted"]) if key in absent else self.changed.update(told)

    def _told(self, key: Any, events: dict[Any, tuple[Any, int]]) -> Counter[str]:
        known = self.states.get(key, {})
        newest = max(known, default=None)
        counts: Counter[str] = Counter()
        now, after = NOTHING, {}
        for moment in sorted({*known, *events}):
            if moment in known:
                counts["unchanged"] += events.get(moment, (NOTHING, 0))[1]
                now = after[moment] = known[moment]
                continue
            state, rows = events[moment]
            counts["superseded"] += rows - 1
            if state == now:
                counts["deletes" if state is NOTHING else "unchanged"] += 1
                continue
            if state is NOTHING:
                counts.update(["deletes", "deleted"])
            elif newest is not None and moment < newest:
                counts["late"] += 1
            else:
                counts["inserted" if now is NOTHING else "updated"] += 1
            now = after[moment] = state
        self.states[key] = _without_idle_ends(after)
        if not self.states[key]:
            del self.states[key]
        return counts


def _without_idle_ends(states: dict[Any, Any]) -> dict[Any, Any]:
    """The states without the moments since which there is nothing, where there was nothing before."""
    found, last = {}, NOTHING
    for moment in sorted(states):
        if states[moment] is not NOTHING or last is not NOTHING:
            found[moment] = states[moment]
        last = states[moment]
    return found
