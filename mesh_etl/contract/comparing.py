"""Two versions of a contract side by side, with where each change stands in both."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.contract.changes.base import KINDS
from mesh_etl.contract.diff import Change, Summary, diff, summary, worst
from mesh_etl.contract.load import load
from mesh_etl.contract.semver import Version, suffices
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.table import Loc


@dataclass(frozen=True)
class Side:
    """One version: what it promises, what to call it, and where its parts stand."""

    summary: Summary
    name: str
    where: Callable[[Loc], str]

    @classmethod
    def file(cls, path: Path, name: str) -> Side:
        """The contract in a file. Raises `ConfigError` with all its faults."""
        return cls.contract(load(path, name), name)

    @classmethod
    def contract(cls, contract: Contract, name: str) -> Side:
        """A contract that is loaded already."""
        return cls(summary(contract), name, lambda loc: contract.where(*loc))

    @classmethod
    def kept(cls, found: Summary, name: str) -> Side:
        """What a commit has kept of its contract; it has no lines."""
        return cls(found, name, lambda _: name)


@dataclass(frozen=True)
class Compared:
    """The changes between two versions, and what they ask of the version's number."""

    old: Side
    new: Side
    changes: tuple[Change, ...]

    @property
    def kinds(self) -> Counter[str]:
        """How many changes there are of each kind."""
        found = Counter(change.kind for change in self.changes)
        return Counter({kind: found[kind] for kind in KINDS if found[kind]})

    @property
    def smallest(self) -> str:
        """The smallest version that the changes allow; '' where the old one is no semantic version."""
        old, kind = Version.parse(self.old.summary.version), worst(self.changes)
        return "" if old is None else str(old.after(kind) if kind else old)

    def places(self, change: Change) -> tuple[str, str]:
        """Where the change stands in the old version and in the new one."""
        return self.old.where(change.at[0]), self.new.where(change.at[1])

    def version_faults(self) -> tuple[Fault, ...]:
        """A fault where the new version's number does not say what changed; a draft may become anything."""
        if self.old.summary.draft:
            return ()
        return version_faults(self.old.summary, self.new.summary, self.changes, self.new.where(("version",)))


def compared(old: Side, new: Side, today: datetime.date | None = None) -> Compared:
    """Both versions with their changes; notices are judged as of `today`."""
    return Compared(old, new, diff(old.summary, new.summary, today))


def version_faults(old: Summary, new: Summary, changes: tuple[Change, ...], where: str) -> tuple[Fault, ...]:
    """A fault where the new version does not say what its changes are; `where` is its place.

    From a version that is no semantic one, every semantic version is a fresh start.
    """
    kind, before, after = worst(changes), Version.parse(old.version), Version.parse(new.version)
    if after is None:
        if kind is None and old.version == new.version:
            return ()
        fix = f"write {before.after(kind)}" if before and kind else "write three numbers, such as 1.0.0"
        return (Fault("VERSION_NOT_SEMVER", f"'{new.version}' is no semantic version", where, fix),)
    if before is None or suffices(before, after, kind):
        return ()
    if kind is None:
        problem = f"version {after} comes before {before}, which is published"
        return (Fault("VERSION_TOO_LOW", problem, where, f"write {before}, or a later version"),)
    smallest = before.after(kind)
    article = "an" if kind == "additive" else "a"
    problem = f"version {after} is too low after {before}: there is {article} {kind} change"
    return (Fault("VERSION_TOO_LOW", problem, where, f"write {smallest}, or a later version"),)
