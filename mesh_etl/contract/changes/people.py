"""Who answers for the data, who may read it, where to ask, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mesh_etl.contract.changes.base import Change, Kind, common
from mesh_etl.contract.summary import Summary

OWNERS = ("owner", "product owner", "data owner", "data product owner")


def people_changes(old: Summary, new: Summary) -> Iterator[Change]:
    """The changes of team, roles, support and price; nothing where the old ones are unknown."""
    if old.people is None or new.people is None:
        return
    before, after = old.people, new.people
    yield from _team(before, after)
    yield from _roles(before["roles"], after["roles"])
    yield from _support(before["support"], after["support"])
    if before["price"] != after["price"]:
        yield _price(before["price"], after["price"])


def _team(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    place = ("team",)
    if before["team"] != after["team"]:
        yield Change("cosmetic", "team", "another team answers for the data", "people", at=(place, place))
    owners = [{name for name, role in side["members"].items() if role in OWNERS} for side in (before, after)]
    if owners[0] != owners[1]:
        text = "has another owner" if owners[1] else "has no owner any more"
        yield Change("cosmetic", "team", text, "people", flag="governance", at=(place, place))
    elif before["members"] != after["members"]:
        yield Change("cosmetic", "team", "has other members", "people", at=(place, place))


def _roles(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    gone, stay, came = common(before, after)
    place = ("roles",)
    for name in gone:
        text = "no longer gives access"
        yield Change("breaking", f"role {name}", text, "access", flag="governance", at=(place, place))
    for name in stay:
        if before[name] != after[name]:
            text = "gives another access"
            yield Change("breaking", f"role {name}", text, "access", flag="governance", at=(place, place))
    for name in came:
        yield Change("additive", f"role {name}", "gives access now", "access", flag="governance", at=(place, place))


def _support(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    gone, stay, came = common(before, after)
    place = ("support",)
    told = [(name, "is no longer there") for name in gone]
    told += [(name, "moved") for name in stay if before[name] != after[name]]
    told += [(name, "is new") for name in came]
    for name, text in told:
        yield Change("cosmetic", f"support {name}", text, "people", at=(place, place))


def _price(before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    one, other = dict(before), dict(after)
    cheaper = (other.pop("priceAmount", None) or 0) < (one.pop("priceAmount", None) or 0)
    same_terms = one == other or not after
    text = "was lowered" if cheaper and same_terms else "was raised, or has other terms"
    kind: Kind = "additive" if cheaper and same_terms else "breaking"
    return Change(kind, "price", text, "access", at=(("price",), ("price",)))
