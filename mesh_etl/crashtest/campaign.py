"""Every call of some work, every way in which it can break, and what must hold afterwards.

For each point the project is put back as it was, the work runs in a child in which one call breaks, and what a reader
sees is looked at: it is the table before or the table after. Then the work is done again, without a break: now the
table is the one after, catalogue and ledger agree, and to do it once more makes no new version.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mesh_etl.crashtest.child import KILLED, Ended, in_child, in_children
from mesh_etl.crashtest.copies import copied
from mesh_etl.crashtest.state import State
from mesh_etl.crashtest.watch import Strike, Way
from mesh_etl.errors import Fault, MeshError, RunError

_ROUND = 20  # points between two reports of progress
_MOST_PLACES = 8
_FORKED = ("mesh_etl", "botocore", "pyarrow", "pandas", "numpy", "pyiceberg")  # what these import starts no threads


@dataclass(frozen=True)
class Scenario:
    """Some work on a project.

    `prepare(root)` puts the project there as it is before the work. `act(root, strike)` does the work, once, with a
    break where one is given, and returns the calls that it made and how it ended: "ok" or the code of the error.
    `mend(root)` does it again. `look(root)` is what a reader sees, and `wrong(root)` what should hold at the end and
    does not. `copy(source, target)` makes a project that of another place, whatever was there. `warm(root)` does what
    each child would begin with, as far as that starts no thread.
    """

    name: str
    prepare: Callable[[Path], object]
    act: Callable[[Path, Strike | None], dict[str, object]]
    mend: Callable[[Path], object]
    look: Callable[[Path], State]
    wrong: Callable[[Path], list[str]]
    copy: Callable[[Path, Path], object] = copied
    warm: Callable[[Path], object] = lambda root: None


@dataclass(frozen=True)
class Point:
    """A call and how it is to break."""

    strike: Strike
    call: str


@dataclass(frozen=True)
class Failure:
    """A point at which something does not hold."""

    scenario: str
    call: str
    strike: Strike
    problem: str

    def __str__(self) -> str:
        return f"{self.scenario}: call {self.strike.number}, {self.call}, {self.strike.way}: {self.problem}"


@dataclass(frozen=True)
class Outcome:
    """What a campaign came to: the calls of the work, the points that ran, by way, and where something did not hold."""

    calls: int
    points: Counter[str] = field(default_factory=Counter)
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Where a project lies while work is done on it, and where it is kept as it was before: names in it are whole."""

    here: Path
    kept: Path


@dataclass(frozen=True)
class _Whole:
    """The work without a break: its calls, each with the ways in which it can break, and the table before and after."""

    calls: list[tuple[str, list[Way]]]
    before: State
    after: State


def campaign(
    scenario: Scenario,
    folder: Path,
    stride: int = 1,
    offset: int = 0,
    told: Callable[[int, int], object] = lambda done, of: None,
) -> Outcome:
    """Every point of the scenario was tried, or every `stride`-th from `offset` on; projects lie below the folder.

    `told` hears how many points are done, and of how many. Raises `RunError` CRASH_TEST_UNFIT when the work does
    not succeed undisturbed, or comes to other rows each time.
    """
    count = min(max(os.cpu_count() or 1, 2), _MOST_PLACES)
    places = [_Place(folder / f"{number}/project", folder / f"{number}/kept") for number in range(count)]
    _each(scenario, [partial(_prepared, scenario, place) for place in places])
    whole = _undisturbed(scenario, places[:2])
    points = [Point(Strike(number, way), name) for number, (name, ways) in enumerate(whole.calls, 1) for way in ways]
    chosen = points[offset::stride]
    tried: Counter[str] = Counter()
    failures: list[Failure] = []
    told(0, len(chosen))
    for start in range(0, len(chosen), _ROUND):
        part = chosen[start : start + _ROUND]
        failures += _tried(scenario, places, whole, part)
        tried.update(point.strike.way for point in part)
        told(tried.total(), len(chosen))
    return Outcome(len(whole.calls), tried, tuple(failures))


def _prepared(scenario: Scenario, place: _Place) -> None:
    scenario.prepare(place.here)
    scenario.copy(place.here, place.kept)


def _undisturbed(scenario: Scenario, places: Sequence[_Place]) -> _Whole:
    """The work, done in two places at once: it succeeds, and comes to the same."""
    first, second = _each(scenario, [partial(_told, scenario, place) for place in places])
    for one in (first.answer, second.answer):
        if one["ended"] != "ok":
            raise _unfit(scenario, f"without any break the work ends in {one['ended']}", "mend that first")
    for name in first.answer["modules"]:  # once for all children that follow
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    scenario.warm(places[0].here)
    before, after = first.answer["before"], first.answer["after"]
    if _seen(after) != _seen(second.answer["after"]) or _seen(before) != _seen(second.answer["before"]):
        fix = "take the clock, chance and the order of rows out of the job; it cannot be said what is right otherwise"
        raise _unfit(scenario, "the work comes to other rows each time that it is done", fix)
    return _Whole(first.answer["calls"], before, after)


def _told(scenario: Scenario, place: _Place) -> dict[str, object]:
    """The work is done; returns what it tells of itself, the table before and after, and the modules it has loaded."""
    before = scenario.look(place.here)
    answer = scenario.act(place.here, None)
    after = scenario.look(place.here)
    if answer["ended"] == "ok":
        scenario.wrong(place.here)
    modules = [name for name in sys.modules if name.startswith(_FORKED)]
    return {**answer, "before": before, "after": after, "modules": modules}


def _tried(scenario: Scenario, places: Sequence[_Place], whole: _Whole, points: Sequence[Point]) -> Iterator[Failure]:
    """The failures among the points, which are shared out among the places."""
    shares = [points[index :: len(places)] for index in range(len(places))]
    works = [
        partial(_problems, scenario, place, whole, one, os.getpid()) for place, one in zip(places, shares, strict=True)
    ]
    for share, ended in zip(shares, in_children(works), strict=True):
        problems = ended.answer or [f"the trial ended with {ended.exit}"] * len(share)
        for point, problem in zip(share, problems, strict=True):
            if problem:
                yield Failure(scenario.name, point.call, point.strike, problem)


def _problems(scenario: Scenario, place: _Place, whole: _Whole, points: Sequence[Point], parent: int) -> list[str]:
    """What does not hold at each of the points. Ends as soon as nobody waits for it."""
    found = []
    for point in points:
        if os.getppid() != parent:
            sys.exit("whoever asked is gone")
        found.append(_problem(scenario, place, whole, point.strike))
    return found


def _problem(scenario: Scenario, place: _Place, whole: _Whole, strike: Strike) -> str:
    """What does not hold when the call breaks; '' when all does."""
    in_child(lambda: scenario.copy(place.kept, place.here))
    ended = in_child(lambda: scenario.act(place.here, strike))
    if strike.way == "killed" and ended.exit != KILLED:
        return f"the process lived on and ended with {ended.exit}"
    if strike.way != "killed" and ended.exit:
        return f"the process ended with {ended.exit}"
    looked = in_child(lambda: _mended(scenario, place, whole, bool(ended.answer and ended.answer["ended"] == "ok")))
    return str(looked.answer) if not looked.exit else f"to look at it and to do it again ended with {looked.exit}"


def _mended(scenario: Scenario, place: _Place, whole: _Whole, succeeded: bool) -> str:
    """What does not hold after the break, or after the work was done again; '' when all does."""
    root, before, after = place.here, _seen(whole.before), _seen(whole.after)
    step = "a reader of what is left"
    try:
        seen = _seen(scenario.look(root))
        if seen not in (before, after):
            return f"a reader saw neither the table before nor after: {seen}"
        if succeeded and seen != after:
            return "the work says that it succeeded, and a reader does not see it"
        step = "doing it again"
        found = []
        for _ in range(2):
            scenario.mend(root)
            found.append(scenario.look(root))
        if _seen(found[0]) != after:
            return f"doing it again did not converge: {_seen(found[0])} in place of {after}"
        if found[1] != found[0]:
            return f"doing it once more changed the table: {found[1]} in place of {found[0]}"
        step = "a look at the whole"
        wrong = scenario.wrong(root)
        if _seen(scenario.look(root)) != after:
            wrong.append("upkeep changed the table")
    except MeshError as error:
        return f"{step} ended in {error.code}: {error.faults[0].problem}"
    return "; ".join(wrong)


def _seen(state: State) -> State:
    """What a reader sees; the number of the version is not part of it."""
    return {name: value for name, value in state.items() if name != "version"}


def _each(scenario: Scenario, works: Sequence[Callable[[], object]]) -> list[Ended]:
    """What pieces of work came to that have to succeed."""
    found = in_children(works)
    for one in found:
        if one.exit:
            raise _unfit(scenario, f"without any break the work ends with {one.exit}", "mend that first")
    return found


def _unfit(scenario: Scenario, problem: str, fix: str) -> RunError:
    return RunError(Fault("CRASH_TEST_UNFIT", problem, scenario.name, fix))
