"""Which of the stored files a version needs that can be read: all others have been given up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from mesh_etl.tables.entry import Entry
from mesh_etl.upkeep.lifetimes import Lifetime, lifetimes


def given_up(entries: Sequence[Entry], there: Collection[str], expired: Collection[int]) -> set[str]:
    """Of the files that are there, by their paths below the root, those of which only expired versions know.

    These are files of the table, keys of deleted rows, and hashes of the keys of rows. The other states of a commit
    stay with its entry: rules that compare a run with earlier ones read them, and they are some kilobytes.
    """
    versions = [entry.seq for entry in entries if entry.seq not in expired]
    lives = lifetimes(entries)
    needed = {path for path, life in lives.items() if life.is_of(versions)}
    buried = {one.path for entry in entries for one in entry.tombstones or ()}
    gone = lives.keys() - needed | buried - set(_tombstones(entries, versions))
    wanted = _transactions(entries, lives, needed)
    states = {entry.metrics: entry.txn for entry in entries if entry.metrics}
    hashes = {path: states.get(path.rpartition("/")[0]) for path in there if path.endswith(".keys")}
    unwanted = {path for path, txn in hashes.items() if txn is not None and txn not in wanted}
    return gone.intersection(there) | unwanted


def _tombstones(entries: Sequence[Entry], versions: Collection[int]) -> Iterator[str]:
    """The files with keys of deleted rows that stand at one of the versions."""
    kept = set(versions)
    standing: tuple[str, ...] = ()
    for entry in entries:
        if entry.tombstones is not None:
            standing = tuple(one.path for one in entry.tombstones)
        if entry.seq in kept:
            yield from standing


def _transactions(entries: Sequence[Entry], lives: Mapping[str, Lifetime], needed: Collection[str]) -> set[str]:
    """The transactions that brought the needed files into the table, or those that such a file was compacted from.

    A file keeps its name in later folders, so that the first commit with the name is the one that brought it.
    """
    txns = {entry.seq: entry.txn for entry in entries}
    brought: dict[str, str] = {}
    for life in sorted(lives.values(), key=lambda one: one.spans[0][0]):
        brought.setdefault(life.file.name, txns[life.spans[0][0]])
    merged = {one.path.rpartition("/")[2]: one.of for entry in entries for one in entry.merged}
    names = {lives[path].file.name for path in needed}
    earlier = list(names)
    while earlier:
        found = {name for one in earlier for name in merged.get(one, ())} - names
        names |= found
        earlier = list(found)
    return {brought[name] for name in names if name in brought}
