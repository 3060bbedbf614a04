"""Where the data is: servers that come, go or move."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_etl.contract.changes.base import Change, common
from mesh_etl.contract.summary import Summary


def place_changes(old: Summary, new: Summary) -> Iterator[Change]:
    """The changes of servers; nothing where the old ones are unknown."""
    if old.servers is None or new.servers is None:
        return
    gone, stay, came = common(old.servers, new.servers)
    place = ("servers",)
    for name in gone:
        yield Change("breaking", f"server {name}", "the data is no longer there", "access", at=(place, place))
    for name in stay:
        before, after = old.servers[name], new.servers[name]
        if before != after:
            keys = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
            text = f"moved: {', '.join(keys)} changed"
            yield Change("breaking", f"server {name}", text, "access", at=(place, place))
    for name in came:
        yield Change("additive", f"server {name}", "the data is there as well", "access", at=(place, place))
