"""Who can see what of a state.

A right reaches a role of the account that owns the catalogue by its grants there. Into another account it leads
only over an active share: straight to the role, or to the account, which gives it on to its roles. It is never
passed on from there to a third account. To use it there, the role also has to see a resource link.
Source: https://docs.aws.amazon.com/lake-formation/latest/dg/cross-data-sharing-lf.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mesh_etl.govern.evaluate.answer import Access, Lack, Obstacle, Portion, Through, both
from mesh_etl.govern.evaluate.effective import Effective, Subject
from mesh_etl.govern.evaluate.held import Held, Reach
from mesh_etl.govern.evaluate.links import Links
from mesh_etl.govern.evaluate.views import View, Views
from mesh_etl.govern.state import Filter, GrantKey, Resource, Rights, Settings, State, Table, Tagged
from mesh_etl.govern.state.groups import EVERYBODY, account_of, everyone

_UNKNOWN = Settings()
_NOTHING: tuple[frozenset[str], dict[str, tuple[GrantKey, ...]]] = (frozenset(), {})


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a principal stands towards a catalogue: what is written there for it and for its account, and what its
    account has written for it. `abroad` is whether the catalogue is another account's."""

    account: str
    abroad: bool
    is_account: bool
    straight: tuple[Held, ...]
    to_account: tuple[Held, ...]
    local: tuple[Held, ...]
    closed: Lack | None
    is_admin: bool
    unresolved: tuple[GrantKey, ...]


class Evaluator:
    """Answers who can see what of one state; what it has worked out once, it keeps."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.effective = Effective(state)
        self._held: dict[tuple[str, str], Held] = defaultdict(Held)
        for key, rights in sorted(state.grants.items(), key=_in_order):
            if rights.permissions:
                self._held[key.account, key.principal].add(state, key, rights)
        self._organizations = sorted({name for _, name in self._held if ":organizations:" in name})
        self.links = Links(state, self.held, self.effective)
        self._views = Views(state)
        self._standings: dict[tuple[str, str], _Standing] = {}
        self._of_accounts: dict[tuple[str, int], list[Reach]] = {}

    def held(self, account: str, principals: Iterable[str]) -> tuple[Held, ...]:
        """What is written in the account for these principals."""
        return tuple(self._held[account, one] for one in principals if (account, one) in self._held)

    def principals(self) -> list[str]:
        """All roles and accounts that something is given to, or that administer something."""
        named = {key.principal for key in self.state.grants}
        named |= {admin for settings in self.state.settings.values() for admin in settings.admins}
        return sorted(name for name in named if account_of(name))

    def access(self, principal: str, table: Table) -> Access:
        """What the principal can see of the table, and by which grants."""
        subject = self.effective.subject(table)
        if subject is None:
            nothing = Obstacle("no-table", table.catalog, table)
            return Access(principal, table, (), (), (), frozenset(), {}, (nothing,))
        standing = self._standing(principal, table.catalog)
        obstacles = [Obstacle("no-expression", table.catalog, key) for key in standing.unresolved]
        if standing.abroad:
            paths = self._abroad(standing, subject, obstacles)
        else:
            paths = self._reaches(standing.straight, subject)
        given: tuple[Portion, ...] = ()
        rights, by_right = _NOTHING
        if paths:
            given = _portions(paths, subject)
            rights, by_right = _rights(paths)
            obstacles += self._lost(paths)
        administers = self._administers(standing, subject)
        if administers and not standing.abroad:
            rights |= {"DESCRIBE"}
        portions = given
        if standing.abroad and not standing.is_account and paths:
            lack = self.links.lack(principal, standing.account, table, standing.is_admin)
            if lack is not None:
                obstacles.append(lack)
                portions = ()
        if not paths and not obstacles:
            obstacles.append(Obstacle("no-grant", table.catalog, table))
        views = [self._through_view(principal, view) for view in self._views.of(table)]
        return Access(
            principal, table, subject.names, given, portions, rights, by_right,
            tuple(dict.fromkeys(obstacles)) if obstacles else (),
            tuple(view for view in views if view.answer.given) if views else (),
            tuple(key for one in paths for key in one.grants if key.principal == EVERYBODY) if paths else (),
            administers,
        )  # fmt: skip

    def _standing(self, principal: str, owner: str) -> _Standing:
        known = self._standings.get((principal, owner))
        if known is None:
            known = self._standings[principal, owner] = self._looked_up(principal, owner)
        return known

    def _looked_up(self, principal: str, owner: str) -> _Standing:
        account = account_of(principal)
        is_account, abroad = principal == account, account != owner
        groups = () if is_account else (principal, everyone(account))
        to_account = self.held(owner, (account, *self._organizations)) if abroad else ()
        straight = self.held(owner, groups if abroad else (principal, everyone(owner), EVERYBODY))
        local = self.held(account, groups) if abroad else ()
        share = self.state.shares.get((owner, account))
        closed: Lack | None = None
        if abroad and (share is None or share.status != "ACTIVE"):
            closed = "no-share" if share is None else "share-pending" if share.status == "PENDING" else "share-ended"
        return _Standing(
            account, abroad, is_account, straight, to_account, local, closed,
            principal in self.state.settings.get(account, _UNKNOWN).admins,
            tuple(key for held in (*straight, *to_account) for key in held.unresolved.get(owner, ())),
        )  # fmt: skip

    def _abroad(self, standing: _Standing, subject: Subject, obstacles: list[Obstacle]) -> list[Reach]:
        account, to_account = standing.account, self._of_account(standing, subject)
        straight, local = self._reaches(standing.straight, subject), self._reaches(standing.local, subject)
        if standing.closed and (straight or to_account):
            obstacles.append(Obstacle(standing.closed, account))
            return []
        if standing.is_account:
            return to_account
        passed = _passed(to_account, local)
        if to_account and not local and not straight:
            obstacles.append(Obstacle("not-passed-on", account, to_account[0].grants[0]))
        if local and not to_account:
            obstacles.append(Obstacle("no-account-grant", account, local[0].grants[0]))
        elif local and not passed:
            obstacles.append(Obstacle("not-to-pass-on", account, to_account[0].grants[0]))
        return [*straight, *passed]

    def _of_account(self, standing: _Standing, subject: Subject) -> list[Reach]:
        if not standing.to_account:
            return []
        known = self._of_accounts.get((standing.account, id(subject)))
        if known is None:
            known = self._reaches(standing.to_account, subject)
            self._of_accounts[standing.account, id(subject)] = known
        return known

    def _reaches(self, held: tuple[Held, ...], subject: Subject) -> list[Reach]:
        if not held:
            return []
        return [one for some in held for one in some.reaches(self.state, subject, self.effective)]

    def _lost(self, paths: list[Reach]) -> Iterator[Obstacle]:
        for grant in (grant for one in paths for grant in one.grants):
            if isinstance(grant.resource, Filter) and grant.resource not in self.state.filters:
                yield Obstacle("no-filter", grant.resource.table.catalog, grant)

    def _administers(self, standing: _Standing, subject: Subject) -> tuple[str, ...]:
        reaches = standing.is_admin and (not standing.abroad or bool(self._of_account(standing, subject)))
        return (standing.account,) if reaches else ()

    def _through_view(self, principal: str, view: View) -> Through:
        found = self.access(principal, view.table)
        return Through(view.table, view.masked, replace(found, where=view.rows) if view.rows else found)


def _in_order(grant: tuple[GrantKey, Rights]) -> tuple[str, str, str, Resource]:
    key = grant[0]
    return key.account, key.principal, type(key.resource).__name__, key.resource


def _passed(to_account: list[Reach], local: list[Reach]) -> list[Reach]:
    """What a role has by its account's own grants; what shows nothing new beside the others is left out."""
    found: list[Reach] = []
    covered: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    for down in local:
        for up in to_account:
            if (down.columns or frozenset()) <= covered and down.rights <= rights:
                break
            one = _through(up, down)
            if one is not None and ((one.columns or frozenset()) - covered or one.rights - rights):
                found.append(one)
                rights |= one.rights
                covered |= (one.columns or frozenset()) if not one.rows else frozenset()
    return found


def _through(up: Reach, down: Reach) -> Reach | None:
    """What a role has by its account's own grant, which is never more than the account has; None for nothing.

    The role sees the columns and the rows that both grants show. An account may give on what it has with the grant
    option, and by another tag expression than the one that it was given, what it may see.
    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-cascading-permissions.html,
    https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html
    """
    ours, theirs = up.grants[0].resource, down.grants[0].resource
    by_tags = isinstance(ours, Tagged) and isinstance(theirs, Tagged) and ours != theirs
    passable = up.rights | {"SELECT"} if by_tags else up.grantable
    rights = up.rights & down.rights & passable
    columns = None
    if up.columns is not None and down.columns is not None and "SELECT" in passable:
        columns = up.columns & down.columns
        rights |= {"DESCRIBE"}
    if columns is None and not rights:
        return None
    return Reach(up.grants + down.grants, columns, both(up.rows, down.rows), rights, down.grantable)


def _portions(paths: list[Reach], subject: Subject) -> tuple[Portion, ...]:
    return tuple(
        Portion(one.columns, one.rows, one.grants)
        for one in paths
        if one.columns is not None and (one.columns or not subject.whole)
    )


def _rights(paths: list[Reach]) -> tuple[frozenset[str], dict[str, tuple[GrantKey, ...]]]:
    by_right: dict[str, tuple[GrantKey, ...]] = {}
    for one in paths:
        for right in one.rights:
            by_right.setdefault(right, one.grants)
    return frozenset(by_right), dict(sorted(by_right.items()))
