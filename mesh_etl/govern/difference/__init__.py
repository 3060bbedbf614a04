"""What has to change so that the accounts hold what the configuration asks for, in a safe order, with its dangers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mesh_etl.govern.difference import things
from mesh_etl.govern.difference.bounds import Bounds, Claims, claimed
from mesh_etl.govern.difference.change import Change, applied
from mesh_etl.govern.difference.danger import dangers
from mesh_etl.govern.difference.granting import Foreign, granting
from mesh_etl.govern.difference.order import ordered
from mesh_etl.govern.difference.present import present
from mesh_etl.govern.difference.steps import STEPS, step
from mesh_etl.govern.difference.tags import retagged
from mesh_etl.govern.difference.unjudged import unjudged
from mesh_etl.govern.state import State, Table

__all__ = ["STEPS", "Bounds", "Change", "Changes", "Claims", "Foreign", "applied", "claimed", "difference"]


@dataclass(frozen=True)
class Changes:
    """The changes in the order in which they are made; true where there is one.

    `foreign` is what stays although nobody asked for it; `waiting` are columns of contracts that no run has published
    yet, by table.
    """

    changes: tuple[Change, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    waiting: tuple[tuple[Table, tuple[str, ...]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def dangerous(self) -> tuple[Change, ...]:
        """The changes that somebody should look at twice."""
        return tuple(change for change in self.changes if change.dangers)


def difference(observed: State, desired: State, bounds: Bounds) -> Changes:
    """The changes that lead from the state that was found to the one that is asked for."""
    wanted, waiting = present(observed, unjudged(observed, desired, bounds.strictest))
    keys = frozenset(key for _, key in desired.tags)
    tags, grants = retagged(observed, wanted, keys), granting(observed, wanted, bounds)
    changes = ordered(observed, wanted, bounds, tags, grants)
    after = applied(observed, changes)
    foreign = (
        *things.unlike(observed, wanted),
        *things.databases_kept(observed, wanted, bounds),
        *things.other_admins(observed, wanted),
        *grants.foreign,
        *things.filters_of_others(observed, wanted, bounds),
    )
    return Changes(
        tuple(_judged(changes, observed, after, bounds)),
        foreign,
        tuple(waiting.items()),
    )


def _judged(changes: Iterable[Change], observed: State, after: State, bounds: Bounds) -> Iterable[Change]:
    for change in changes:
        yield replace(change, step=step(change, bounds), dangers=dangers(change, observed, after, bounds))
