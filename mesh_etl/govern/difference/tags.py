"""LF-Tags that have to change, in an order in which no resource ever has a mixture of its old and its new tags.

What a resource inherits would change in another moment than what is set on it. So before a tag of a database or table
changes, everything below it gets its own final values in one call each; what is to be inherited again goes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mesh_etl.govern.difference.change import Change
from mesh_etl.govern.difference.inheritance import Tagable, columns, effective, line
from mesh_etl.govern.state import State, Table


@dataclass(frozen=True)
class Retagged:
    """Tags of new databases; of what there is: those that go, the final ones, those inherited again; of new tables."""

    begun: tuple[Change, ...]
    gone: tuple[Change, ...]
    final: tuple[Change, ...]
    inherited: tuple[Change, ...]
    born: tuple[Change, ...]

    @property
    def meaning(self) -> tuple[Change, ...]:
        """Those by which a grant that there is may come to show something else."""
        return (*self.gone, *self.final, *self.inherited)


def retagged(observed: State, desired: State, keys: frozenset[str]) -> Retagged:
    """The changes from the tags that were found to those that are asked for; `keys` are the tags of the mesh.

    Columns of which nothing is asked, and tags of others, stay as they are.
    """
    governed = {account for account, _ in desired.tags}  # tags are set where they are defined
    databases = [one for one, entry in desired.databases.items() if entry.target is None and one.catalog in governed]
    tables = [one for one, entry in desired.tables.items() if entry.kind != "link" and one.catalog in governed]
    found = [one for one in tables if one in observed.tables]
    below = [one for table in found for one in _both(observed, desired, table)]
    lowest_first: list[Tagable] = [*below, *found, *(one for one in databases if one in observed.databases)]
    steps = _Steps(observed, desired, keys, lowest_first)
    lowest_first = [one for one in lowest_first if any(up in steps.moving for up in line(one))]
    begun: list[Tagable] = [one for one in databases if one not in observed.databases]
    born: list[Tagable] = []
    for table in tables:
        if table not in observed.tables:
            born += [*columns(desired, table), table]
    return Retagged(
        tuple(_first(desired, begun)),
        tuple(change for one in reversed(lowest_first) for change in steps.without(one)),
        tuple(change for one in lowest_first for change in steps.final(one)),
        tuple(change for one in lowest_first for change in steps.inheriting(one)),
        tuple(_first(desired, born)),
    )


def _both(observed: State, desired: State, table: Table) -> Iterator[Tagable]:
    known = set(columns(desired, table))
    return (one for one in columns(observed, table) if one in known or one in desired.assigned)


def _first(desired: State, resources: Iterable[Tagable]) -> Iterator[Change]:
    for one in resources:
        if desired.assigned.get(one):
            yield Change("assigned", one, None, dict(desired.assigned[one]))


class _Steps:
    """Follows the tags of each resource through the steps of a change."""

    def __init__(self, observed: State, desired: State, keys: frozenset[str], resources: list[Tagable]) -> None:
        self.before = observed.assigned
        self.now = {one: dict(tags) for one, tags in observed.assigned.items()}
        self.target = dict(observed.assigned)
        for one in resources:
            others = {key: value for key, value in self.before.get(one, {}).items() if key not in keys}
            self.target[one] = {**others, **desired.assigned.get(one, {})}
        found = ((one, self._differing(one)) for one in resources)
        self.moving = {one: moved for one, moved in found if moved}

    def _differing(self, one: Tagable) -> frozenset[str]:
        """The tags whose value on the resource itself is another than before."""
        before, after = self.before.get(one, {}), self.target[one]
        if before == after:
            return frozenset()
        inherited = self._above(one)
        gone = {key for key in before.keys() - after.keys() if inherited.get(key) != before[key]}
        # A value that equals the inherited one may be one that the service shows as inherited: then nothing is to go.
        return frozenset(gone | {key for key, value in after.items() if before.get(key) != value})

    def _above(self, one: Tagable) -> dict[str, str]:
        higher = line(one)[1:]
        return effective(self.before, higher[0]) if higher else {}

    def without(self, one: Tagable) -> Iterator[Change]:
        """Tags go that the resource is to have neither by itself nor by inheritance."""
        after = effective(self.target, one)
        yield from self._set(one, {key: value for key, value in self._own(one).items() if key in after})

    def final(self, one: Tagable) -> Iterator[Change]:
        """The resource has the final value of each tag that changes on it or above it, as its own."""
        after = effective(self.target, one)
        settled = {key: after[key] for key in self._moving(one) if key in after}
        own, higher = self._own(one), line(one)[1:]
        unsure = {key for key in settled if any(key in self.moving.get(up, ()) for up in higher)}
        if unsure and {**own, **settled} == own:  # what is shown as its own may be inherited: it is set in any case
            kept = {key: value for key, value in own.items() if key not in unsure}
            yield Change("assigned", one, kept or None, own)
        yield from self._set(one, {**own, **settled})

    def inheriting(self, one: Tagable) -> Iterator[Change]:
        """The resource has as its own what is asked for, and no more."""
        target, moving = self.target[one], self._moving(one)
        kept = {key: value for key, value in self._own(one).items() if key in target or key not in moving}
        yield from self._set(one, kept)

    def _moving(self, one: Tagable) -> frozenset[str]:
        """The tags that change on the resource or above it."""
        return frozenset[str]().union(*(self.moving.get(higher, frozenset()) for higher in line(one)))

    def _own(self, one: Tagable) -> dict[str, str]:
        return self.now.get(one, {})

    def _set(self, one: Tagable, tags: dict[str, str]) -> Iterator[Change]:
        own = self._own(one)
        if tags != own:
            self.now[one] = tags
            yield Change("assigned", one, own or None, tags or None)
