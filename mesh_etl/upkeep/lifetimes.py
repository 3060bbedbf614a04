"""Which versions of a table a file belongs to, and when a version was replaced: what may go is read from both.

Every ledger entry is a version; one that leaves the files as they are shares them with the version before.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mesh_etl.tables.entry import DataFile, Entry, Partition

Values = tuple[str | None, ...]


@dataclass
class Lifetime:
    """A file, and the spans of versions that it belongs to: from the first, up to but without the last; None is now."""

    file: DataFile
    spans: list[tuple[int, int | None]] = field(default_factory=list)

    def is_of(self, versions: Sequence[int]) -> bool:
        """Whether one of the versions, which are in order, consists of the file."""
        for first, end in self.spans:
            at = bisect_left(versions, first)
            if at < len(versions) and (end is None or versions[at] < end):
                return True
        return False


def lifetimes(entries: Iterable[Entry]) -> dict[str, Lifetime]:
    """Every file that these commits, oldest first, have made the table of, by its path below the root."""
    found: dict[str, Lifetime] = {}
    standing: dict[Values, Partition] = {}
    for entry in entries:
        touched = standing if entry.cleared else {one.values: standing.get(one.values) for one in entry.partitions}
        before = {file.path for one in touched.values() if one for file in one.files}
        after = {file.path: file for one in entry.partitions for file in one.files}
        for path in before - after.keys():
            first, _ = found[path].spans[-1]
            found[path].spans[-1] = (first, entry.seq)
        for path, file in after.items():
            if path not in before:
                found.setdefault(path, Lifetime(file)).spans.append((entry.seq, None))
        if entry.cleared:
            standing = {}
        standing.update({one.values: one for one in entry.partitions})
    return found


@dataclass(frozen=True)
class State:
    """Versions that follow each other and consist of the same files; `until` is the commit that replaced them."""

    versions: tuple[int, ...]
    until: int | None


def states(entries: Iterable[Entry]) -> list[State]:
    """The states that the table has been in, oldest first; the last one is that of the head."""
    found: list[list[int]] = []
    for entry in entries:
        if not found or entry.cleared or entry.partitions:
            found.append([])
        found[-1].append(entry.seq)
    following = [*(versions[0] for versions in found[1:]), None]
    return [State(tuple(versions), until) for versions, until in zip(found, following, strict=True)]


def expired(entries: Iterable[Entry]) -> frozenset[int]:
    """The versions that these commits have taken from readers."""
    return frozenset(seq for entry in entries for seq in entry.expired)


def committed_at(entries: Iterable[Entry], written: Mapping[int, datetime.datetime]) -> dict[int, datetime.datetime]:
    """The moment of each commit, never too early: a clock that ran behind must not make a version look old.

    It is the latest of what the entry says, what the storage says of it (`written`), and of any commit before it.
    """
    found: dict[int, datetime.datetime] = {}
    latest = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for entry in entries:
        latest = max(latest, datetime.datetime.fromisoformat(entry.committed_at), written.get(entry.seq, latest))
        found[entry.seq] = latest
    return found


def past_grace(moment: datetime.datetime, grace: datetime.timedelta, now: datetime.datetime) -> bool:
    """Whether nobody can still be at what was replaced at the moment. This is the guard `grace` of the protocol.

    A reader opens files long after it has asked which there are, and a catalogue may show a version a while longer.
    """
    return now - moment >= grace


def due(
    entries: Sequence[Entry],
    moments: Mapping[int, datetime.datetime],
    now: datetime.datetime,
    grace: datetime.timedelta,
    keep_last: int,
    kept: Iterable[int] = (),
) -> tuple[int, ...]:
    """The versions that can be read today and need not be any longer.

    The last `keep_last` states stay, and so does each in which a version is among the `kept`, and each that was
    replaced less than the grace ago.
    """
    gone = expired(entries)
    found: list[int] = []
    for state in states(entries)[: -max(keep_last, 1)]:
        assert state.until is not None, "only the last state has no end"
        if gone.issuperset(state.versions) or not set(kept).isdisjoint(state.versions):
            continue
        if past_grace(moments[state.until], grace, now):
            found += [seq for seq in state.versions if seq not in gone]
    return tuple(found)
