"""Which grants are the mesh's to remove, and which are somebody else's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mesh_etl.govern.difference.bounds import Bounds, database_of, holds, is_others
from mesh_etl.govern.difference.change import Change, lost
from mesh_etl.govern.difference.single import single
from mesh_etl.govern.state import Catalog, GrantKey, Rights, State, Table, Tagged
from mesh_etl.govern.state.groups import EVERYBODY


@dataclass(frozen=True)
class Foreign:
    """Something that the configuration does not ask for and that is not the mesh's to remove."""

    part: str
    key: Any
    value: Any
    reason: str


@dataclass(frozen=True)
class Granting:
    """Rights that come, rights that go, and rights that others have given."""

    new: tuple[Change, ...]
    old: tuple[Change, ...]
    foreign: tuple[Foreign, ...]


def granting(observed: State, desired: State, bounds: Bounds) -> Granting:
    """What differs between the grants that were found and those that are asked for."""
    found, wanted = single(observed.grants), single(desired.grants)
    principals = {key.principal for key in desired.grants} | bounds.claims.principals
    principals |= {admin for settings in desired.settings.values() for admin in settings.admins}
    new: list[Change] = []
    old: list[Change] = []
    foreign: list[Foreign] = []
    for key, rights in wanted.items():
        before = found.get(key)
        both = rights if before is None else before | rights
        if before != both:
            new.append(Change("grants", key, before, both))
        if lost(both, rights):
            old.append(Change("grants", key, both, rights))
    for key, rights in found.items():
        if key in wanted:
            continue
        held, known = holds(bounds, desired, key.resource), key.principal in principals
        if key.principal == EVERYBODY and isinstance(key.resource, Catalog):
            held = key.resource.catalog in desired.settings  # in no account of the mesh may everybody make databases
        if isinstance(key.resource, Table) and database_of(key.resource) not in desired.databases:
            held = held and not is_others(key.resource, observed, bounds)
        if held and (known or bounds.exclusive or key.principal == EVERYBODY):
            old.append(Change("grants", key, rights, None))
        elif held or known:
            reason = "its principal is not the mesh's" if held else "it is on something that is not the mesh's"
            foreign.append(Foreign("grants", key, rights, reason))
    return Granting(tuple(new), tuple(old), tuple(foreign))


def renewed(grants: Granting, observed: State, desired: State, saved: Collection[tuple[str, str]]) -> Granting:
    """The same, but that what was given on these saved expressions is taken away and given anew.

    So nothing is shown by the old expression and new tags, or by the new one and old tags.
    """
    wanted = single(desired.grants)
    again: dict[GrantKey, Rights] = {
        key: rights
        for key, rights in single(observed.grants).items()
        if isinstance(key.resource, Tagged) and (key.resource.catalog, key.resource.saved) in saved and key in wanted
    }
    new = [change for change in grants.new if change.key not in again]
    old = [change for change in grants.old if change.key not in again]
    new += [Change("grants", key, None, wanted[key]) for key in again]
    old += [Change("grants", key, rights, None) for key, rights in again.items()]
    return Granting(tuple(new), tuple(old), grants.foreign)
