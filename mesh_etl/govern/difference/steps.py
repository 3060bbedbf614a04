"""To which of the eight steps of sharing a change belongs."""

from __future__ import annotations

from mesh_etl.govern.difference.bounds import Bounds, owner_of
from mesh_etl.govern.difference.change import Change
from mesh_etl.govern.difference.things import database, is_link
from mesh_etl.govern.state import GrantKey
from mesh_etl.govern.state.groups import EVERYBODY, account_of

STEPS = {
    1: "prepare the accounts",
    2: "enter the products in the central catalogue",
    3: "share back to the producers",
    4: "give the producers' people their rights",
    5: "accept the shares",
    6: "bring central entries up to date",
    7: "give the consumers their rights",
    8: "let the consumers in, in their own accounts",
}


def step(change: Change, bounds: Bounds) -> int:
    """The number of the step, 1 to 8."""
    central = change.account == bounds.central
    match change.part:
        case "settings" | "locations":
            return 1
        case "tags" | "expressions" | "assigned":
            return 2
        case "filters":
            return 7
        case "shares":
            return 5
        case "databases" | "tables" if is_link(change):
            return 3 if _at_home(change, bounds) else 8
        case "databases" | "tables" if not central:
            return 1
        case "databases" | "tables":
            return 6 if change.kind == "changed" else 2
    return _of_grant(change, bounds, central)


def _of_grant(change: Change, bounds: Bounds, central: bool) -> int:
    key: GrantKey = change.key
    if key.principal == EVERYBODY:
        return 2 if central else 1
    home = _at_home(change, bounds)
    if key.principal in bounds.governors:
        return 2 if central else 1
    if not central:
        return 4 if home and owner_of(key) == key.account else 8
    if not home:
        return 7 if account_of(key.principal) != bounds.central else 2
    return 3 if key.principal.isdigit() else 4


def _at_home(change: Change, bounds: Bounds) -> bool:
    """Whether the change is about a producer and its own products."""
    found = database(change)
    account = account_of(change.key.principal) if change.part == "grants" else change.account
    if found is None:
        return account in bounds.homes.values()
    return bounds.homes.get(found.name) == account
