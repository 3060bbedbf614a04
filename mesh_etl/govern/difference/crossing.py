"""The pieces that access from another account is made of, no one of which counts without the others.

Access needs an active share, a right, either straight to the role or to its account and from there to the role, and a
resource link that the role may see. An old piece that is to go would make a new one count that was never meant to meet
it, so it goes before the new one comes.
Source: https://docs.aws.amazon.com/lake-formation/latest/dg/cross-data-sharing-lf.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from mesh_etl.govern.difference.bounds import owner_of
from mesh_etl.govern.difference.change import Change
from mesh_etl.govern.difference.things import is_link
from mesh_etl.govern.state import Database, GrantKey, State, Table
from mesh_etl.govern.state.groups import account_of

Piece = Literal["share", "to the account", "in the account", "to the role", "link", "sight of the link"]
EVERY: frozenset[Piece] = frozenset(
    {"share", "to the account", "in the account", "to the role", "link", "sight of the link"}
)
# What does not meet the piece: it is another way to the same end.
APART: dict[Piece, frozenset[Piece]] = {
    "share": frozenset({"share"}),
    "to the account": frozenset({"to the account", "to the role"}),
    "in the account": frozenset({"in the account", "to the role"}),
    "to the role": frozenset({"to the role", "to the account", "in the account"}),
    "link": frozenset({"link"}),
    "sight of the link": frozenset({"sight of the link"}),
}


def piece(change: Change, *states: State) -> tuple[Piece, str] | None:
    """Which piece the change is about, and for whose account; None for what is no such piece."""
    if change.part == "shares":
        return "share", change.account
    if is_link(change):
        return "link", change.account
    if change.part != "grants":
        return None
    key: GrantKey = change.key
    if any(links_to(state, key) for state in states):
        return "sight of the link", key.account
    if key.account != owner_of(key):
        return "in the account", key.account
    if account_of(key.principal) == key.account:
        return None
    return ("to the role" if key.principal.startswith("arn:aws:iam:") else "to the account"), account_of(key.principal)


def links_to(state: State, key: GrantKey) -> bool:
    """Whether the right is one on a resource link of the state."""
    match key.resource:
        case Database():
            database = state.databases.get(key.resource)
            return database is not None and database.target is not None
        case Table():
            table = state.tables.get(key.resource)
            return table is not None and table.target is not None
    return False


def meeting(coming: Iterable[Change], *states: State) -> dict[str, set[Piece]]:
    """By account, the pieces that would meet something which comes."""
    found: dict[str, set[Piece]] = {}
    for change in coming:
        new = piece(change, *states)
        if new is not None:
            kind, account = new
            found.setdefault(account, set()).update(EVERY - APART[kind])
    return found
