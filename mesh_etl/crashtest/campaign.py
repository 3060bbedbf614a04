"""Every call of some work, every way in which it can break, and what must hold afterwards.

For each point the project is copied as it was, the work runs in a child in which one call breaks, and what a reader
sees is looked at: it is the table before or the table after. Then the work is done again, without a break: now the
table is the one after, catalogue and ledger agree, and to do it once more changes nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mesh_etl.crashtest.child import KILLED, in_child, in_children
from mesh_etl.crashtest.state import State
from mesh_etl.crashtest.watch import Call, Strike, Way
from mesh_etl.errors import Fault, RunError

_ROUND = 40  # points between two reports of progress
_FORKED = ("mesh_etl", "botocore", "pyarrow", "pandas", "numpy")  # what these import starts no threads
_LINKED = 64 << 10  # bytes from which a file is not worth a copy
_CHANGED_IN_PLACE = (".sqlite", ".db", "-wal", "-shm", "-journal")
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", "node_modules", ".hypothesis", ".*_cache")


@dataclass(frozen=True)
class Scenario:
    """Some work on a project.

    `act(root, strike)` does it, once, with a break where one is given, and returns the calls that it made and how it
    ended: "ok" or the code of the error. `mend(root)` does it again until it is done. `look(root)` is what a reader
    sees, and `wrong(root)` what should hold at the end and does not.
    """

    name: str
    root: Path
    act: Callable[[Path, Strike | None], dict[str, object]]
    mend: Callable[[Path], object]
    look: Callable[[Path], State]
    wrong: Callable[[Path], list[str]]


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
    """What a campaign came to: how many points it ran, by way, and where something did not hold."""

    points: Counter[str] = field(default_factory=Counter)
    failures: tuple[Failure, ...] = ()

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.points + other.points, self.failures + other.failures)


def campaign(
    scenario: Scenario,
    folder: Path,
    stride: int = 1,
    offset: int = 0,
    told: Callable[[int], object] = lambda points: None,
) -> Outcome:
    """Every point of the scenario was tried, or every `stride`-th from `offset` on; copies are made below the folder.

    Raises `RunError` CRASH_TEST_UNFIT when the work does not even succeed undisturbed.
    """
    before = _looked(scenario, copied(scenario.root, folder / "before"))
    whole = copied(scenario.root, folder / "whole")
    ended = in_child(lambda: _told(scenario, whole))
    if ended.exit or ended.answer["ended"] != "ok":
        how = ended.answer["ended"] if ended.answer else f"exit code {ended.exit}"
        problem, fix = f"without any break the work ends in {how}", "mend that first"
        raise RunError(Fault("CRASH_TEST_UNFIT", problem, scenario.name, fix))
    after = _looked(scenario, whole)
    for name in ended.answer["modules"]:  # once for all children that follow
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    points = [
        Point(Strike(number, way), call.name) for number, call in _calls(ended.answer["calls"]) for way in call.ways
    ]
    chosen = points[offset::stride]
    trial = _Trial(scenario, folder, before, after)
    outcome = Outcome()
    for start in range(0, len(chosen), _ROUND):
        part = chosen[start : start + _ROUND]
        outcome += Outcome(Counter(point.strike.way for point in part), tuple(_tried(trial, part)))
        told(len(part))
    return outcome


def _told(scenario: Scenario, root: Path) -> dict[str, object]:
    """The work is done; returns what it tells of itself, and the modules that it and a look at the end have loaded."""
    answer = scenario.act(root, None)
    scenario.wrong(root)
    return {**answer, "modules": [name for name in sys.modules if name.startswith(_FORKED)]}


def _tried(trial: _Trial, points: Sequence[Point]) -> Iterator[Failure]:
    """The failures among the points, which are shared out among as many processes as there are cores."""
    cores = os.cpu_count() or 1
    shares = [points[core::cores] for core in range(cores)]
    ended = in_children([partial(_problems, trial, share) for share in shares])
    for share, one in zip(shares, ended, strict=True):
        for point, problem in zip(share, one.answer, strict=True):
            if problem:
                yield Failure(trial.scenario.name, point.call, point.strike, problem)


def _problems(trial: _Trial, points: Sequence[Point]) -> list[str]:
    return [trial.at(point.strike) for point in points]


def _calls(told: list[tuple[str, list[Way]]]) -> Iterator[tuple[int, Call]]:
    for number, (name, ways) in enumerate(told, 1):
        yield number, Call(name, tuple(ways))


@dataclass(frozen=True)
class _Trial:
    scenario: Scenario
    folder: Path
    before: State
    after: State

    def at(self, strike: Strike) -> str:
        """What does not hold when the call breaks; '' when all does."""
        root = copied(self.scenario.root, self.folder / f"{strike.number}-{strike.way}")
        try:
            problem = self._broken(root, strike)
            return problem or self._mended(root)
        finally:
            shutil.rmtree(root)

    def _broken(self, root: Path, strike: Strike) -> str:
        ended = in_child(lambda: self.scenario.act(root, strike))
        if strike.way == "killed" and ended.exit != KILLED:
            return f"the process lived on and ended with {ended.exit}"
        if strike.way != "killed" and ended.exit:
            return f"the process ended with {ended.exit}"
        seen = _looked(self.scenario, root)
        if seen not in (self.before, self.after):
            return f"a reader saw neither the table before nor after: {seen}"
        if strike.way != "killed" and ended.answer["ended"] == "ok" and seen != self.after:
            return "the work says that it succeeded, and a reader does not see it"
        return ""

    def _mended(self, root: Path) -> str:
        for _ in range(2):  # the second time changes nothing
            ended = in_child(lambda: self.scenario.mend(root))
            if ended.exit:
                return f"doing it again ended with {ended.exit}"
            if (seen := _looked(self.scenario, root)) != self.after:
                return f"doing it again did not converge: {seen} in place of {self.after}"
        wrong = in_child(lambda: self.scenario.wrong(root))
        return "; ".join(wrong.answer) if not wrong.exit else f"the look at it ended with {wrong.exit}"


def _looked(scenario: Scenario, root: Path) -> State:
    ended = in_child(lambda: scenario.look(root))
    found: State = ended.answer if not ended.exit else {"unreadable": ended.exit}
    return found


def copied(root: Path, target: Path) -> Path:
    """A copy of the project, in which what is large is linked; times stay, because inputs are known by them."""
    shutil.copytree(root, target, ignore=_LEFT_OUT, copy_function=_copy, symlinks=True)
    return target


def _copy(source: str, target: str) -> None:
    large = os.path.getsize(source) >= _LINKED and not source.endswith(_CHANGED_IN_PLACE)
    if large:
        os.link(source, target)
    else:
        shutil.copy2(source, target)
