"""Grants in their one normal form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mesh_etl.govern.state import Columns, GrantKey, Rights, TagValues


def single(grants: Mapping[GrantKey, Rights]) -> dict[GrantKey, Rights]:
    """The same grants with one column and one tag value each: the service joins and splits what it was given."""
    found: dict[GrantKey, Rights] = {}
    for key, rights in grants.items():
        for one in _parts(key):
            found[one] = found[one] | rights if one in found else rights
    return found


def _parts(key: GrantKey) -> Iterator[GrantKey]:
    match key.resource:
        case Columns(table, names):
            for name in names:
                yield key._replace(resource=Columns(table, (name,)))
        case TagValues(catalog, tag, values):
            for value in values:
                yield key._replace(resource=TagValues(catalog, tag, (value,)))
        case _:
            yield key
