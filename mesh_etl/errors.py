"""Every error a user can meet, as one tree.

    MeshError
    ├── ConfigError    exit 2   a file cannot mean anything: nothing was read
    ├── PlanError      exit 3   the job cannot work as things are: nothing was written
    ├── RunError       exit 4   the work failed: nothing is visible
    ├── PublishError   exit 5   the commit failed, or it holds and the catalogue lags behind it
    └── Bug            exit 1   nobody has foreseen this

An error holds one or more faults, so that all mistakes of a file are reported together. A fault never carries a
cell value: it names the place and the rule, and the reader looks the value up where it is allowed to.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, ClassVar

from mesh_etl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: a stable code, the place, the problem and, where one is known, the fix."""

    code: str
    problem: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        fix = f"; {self.fix}" if self.fix else ""
        return visible(f"{place}{self.problem}{fix} [{self.code}]")


class MeshError(Exception):
    """The base of all errors that this library raises on purpose."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *faults: Fault, retryable: bool = False) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
        self.retryable = retryable

    @property
    def code(self) -> str:
        """The code of the first fault, for programs that react to one."""
        return self.faults[0].code if self.faults else "UNKNOWN"

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback: the faults alone. Source: IPython, InteractiveShell."""
        return [f"error: {fault}" for fault in self.faults]


class Bug(MeshError):
    """Something that nobody has foreseen, told by its type and place alone: its text could quote data."""

    def __init__(self, error: Exception) -> None:
        frames = [(Path(one.filename), one.lineno) for one in extract_tb(error.__traceback__)]
        self.places = tuple(f"{path.parent.name}/{path.name}:{line}" for path, line in frames)  # the outermost first
        problem = f"internal error {type(error).__name__} at {self.places[-1]}: this is a bug"
        super().__init__(Fault("INTERNAL", problem, fix="MESH_DEBUG=1 shows where it comes from"))


class ConfigError(MeshError):
    """A configuration file cannot mean anything; nothing has been read yet."""

    exit_code = 2


class PlanError(MeshError):
    """The job cannot work with the inputs and tables as they are; nothing has been written."""

    exit_code = 3


class RunError(MeshError):
    """Reading, transforming, checking or staging failed; nothing is visible to any reader."""

    exit_code = 4


class PublishError(MeshError):
    """The commit failed, or it holds and the catalogue could not be rolled forward to it."""

    exit_code = 5


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The fix that names the nearest known word, or lists the few that exist, or is empty."""
    names = sorted(known)
    close = [name for name in names if name.lower() == word.lower()]
    close = close or get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 25 else ""
