"""Names and identifiers that stand for two things at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mesh_etl.contract.table import Loc, ObjectProperty, Property
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

Named = Iterable[tuple[Loc, str | None]]


def name_faults(contract: Contract) -> Iterator[Fault]:
    """Columns, fields, servers and identifiers that are named alike."""
    table, top = contract.table, ("schema", 0)
    yield from _columns(contract, table.properties, top)
    for loc, found in table.walk():
        if isinstance(found, ObjectProperty):
            yield from _columns(contract, found.properties, (*top, *loc))
    properties = [((*top, *loc, "id"), found.id) for loc, found in table.walk()]
    yield from _twice(contract, "DUPLICATE_ID", "the id", properties)
    rules: list[tuple[Loc, str | None]] = [
        ((*top, "quality", i, "id"), rule.id) for i, rule in enumerate(table.quality)
    ]
    for loc, found in table.walk():
        rules += [((*top, *loc, "quality", i, "id"), rule.id) for i, rule in enumerate(found.quality)]
    yield from _twice(contract, "DUPLICATE_ID", "the rule id", rules)
    servers: Named = ((("servers", i, "server"), one.server) for i, one in enumerate(contract.odcs.servers))
    yield from _twice(contract, "DUPLICATE_NAME", "the server", servers)


def _columns(contract: Contract, found: tuple[Property, ...], loc: Loc) -> Iterator[Fault]:
    names: Named = (((*loc, "properties", i, "name"), one.name) for i, one in enumerate(found))
    yield from _twice(contract, "DUPLICATE_NAME", "the property", names)
    stored = (
        ((*loc, "properties", i, "physicalName" if one.physical_name else "name"), one.stored_name)
        for i, one in enumerate(found)
        if any(other.physical_name for other in found)
    )
    yield from _twice(contract, "DUPLICATE_NAME", "the stored name", stored)


def _twice(contract: Contract, code: str, what: str, named: Named) -> Iterator[Fault]:
    seen: dict[str, Loc] = {}
    for loc, name in named:
        if name is None:
            continue
        if name in seen:
            line = contract.document.position(seen[name])[0]
            yield Fault(code, f"{what} '{name}' stands in line {line} already", contract.where(*loc), "rename one")
        seen.setdefault(name, loc)
