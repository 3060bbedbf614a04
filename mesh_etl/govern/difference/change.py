"""One change of a state, and what a state is after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from mesh_etl.govern.difference.single import single
from mesh_etl.govern.state import Columns, Filter, GrantKey, Rights, State, Table

Part = Literal[
    "settings",
    "tags",
    "expressions",
    "databases",
    "tables",
    "assigned",
    "filters",
    "grants",
    "locations",
    "shares",
]
Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Change:
    """The entry `key` of one part of a state becomes `after`; None stands for an entry that is not there.

    `before` is what the entry is at that moment, earlier changes of the same plan included. `step` is the step of
    sharing that it belongs to, 1 to 8. `dangers` are the reasons to look at it twice.
    """

    part: Part
    key: Any
    before: Any
    after: Any
    step: int = 0
    dangers: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """Whether something comes, changes or goes; fewer rights of one principal are something that goes."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        if self.part == "grants":
            return "added" if lost(self.before, self.after) is None else "removed"
        return "changed"

    @property
    def account(self) -> str:
        """The account in which it is made."""
        match self.part, self.key:
            case "settings", account:
                return str(account)
            case "grants", GrantKey(account):
                return account
            case "shares", (_, receiver):
                return str(receiver)
            case _, Filter(Table(catalog)) | Columns(Table(catalog)):
                return catalog
            case "tags" | "expressions" | "locations", (account, _):
                return str(account)
        return str(self.key.catalog)


def applied(state: State, changes: Iterable[Change]) -> State:
    """The state after the changes, each of which finds its entry as `before` says or as another has left it."""
    parts: dict[str, dict[Any, Any]] = {}
    for change in changes:
        if change.part not in parts:
            found = getattr(state, change.part)
            parts[change.part] = single(found) if change.part == "grants" else dict(found)
        entries = parts[change.part]
        if change.after is None:
            entries.pop(change.key, None)
        else:
            entries[change.key] = change.after
    return replace(state, **parts)


def lost(before: Rights, after: Rights | None) -> Rights | None:
    """The rights of `before` that `after` lacks; None where it lacks none."""
    kept = after or Rights(frozenset())
    permissions = before.permissions - kept.permissions
    grantable = before.grantable - kept.grantable
    return Rights(permissions, grantable) if permissions or grantable else None
