"""Names and identifiers that stand for two things at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.parts import Part
from mesh_etl.contract.table import Loc, ObjectProperty, Property
from mesh_etl.errors import Fault

Named = Iterable[tuple[Loc, str | None]]


def name_faults(draft: Draft) -> Iterator[Fault]:
    """Columns, fields and their identifiers that are named alike, in one table."""
    table, top = draft.table, draft.top
    yield from _columns(draft, table.properties, top)
    for loc, found in table.walk():
        if isinstance(found, ObjectProperty):
            yield from _columns(draft, found.properties, (*top, *loc))
    properties = [((*top, *loc, "id"), found.id) for loc, found in table.walk()]
    yield from _twice(draft, "DUPLICATE_ID", "the id", properties)
    rules: list[tuple[Loc, str | None]] = [
        ((*top, "quality", i, "id"), rule.id) for i, rule in enumerate(table.quality)
    ]
    for loc, found in table.walk():
        rules += [((*top, *loc, "quality", i, "id"), rule.id) for i, rule in enumerate(found.quality)]
    yield from _twice(draft, "DUPLICATE_ID", "the rule id", rules)


def part_faults(draft: Draft) -> Iterator[Fault]:
    """Tables, servers, roles, channels, service levels and other parts around the tables that are named alike."""
    odcs = draft.odcs
    for section, key, what, parts in (
        ("schema", "name", "the table", odcs.tables),
        ("servers", "server", "the server", odcs.servers),
        ("roles", "role", "the role", odcs.roles),
        ("support", "channel", "the channel", odcs.support),
        ("customProperties", "property", "the custom property", odcs.custom_properties),
    ):
        named: Named = (((section, index, key), getattr(one, key)) for index, one in enumerate(parts))
        yield from _twice(draft, "DUPLICATE_NAME", what, named)
    levels = enumerate(odcs.sla_properties)
    about = (
        (("slaProperties", i), " ".join(filter(None, (one.property, one.element, one.driver)))) for i, one in levels
    )
    yield from _twice(draft, "DUPLICATE_NAME", "the service level", about)
    yield from _ids(draft, odcs, ())


def _ids(draft: Draft, part: Part, loc: Loc) -> Iterator[Fault]:
    """Ids that stand twice in one list; those of columns and rules are unique in the whole table."""
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if not value:
            continue
        here = (*loc, field.alias or name)
        if isinstance(value, Part):
            yield from _ids(draft, value, here)
        elif isinstance(value, tuple):
            parts = [(index, one) for index, one in enumerate(value) if isinstance(one, Part)]
            if name not in ("properties", "quality"):
                ids: Named = (((*here, index, "id"), getattr(one, "id", None)) for index, one in parts)
                yield from _twice(draft, "DUPLICATE_ID", "the id", ids)
            for index, one in parts:
                yield from _ids(draft, one, (*here, index))


def _columns(draft: Draft, found: tuple[Property, ...], loc: Loc) -> Iterator[Fault]:
    names: Named = (((*loc, "properties", i, "name"), one.name) for i, one in enumerate(found))
    yield from _twice(draft, "DUPLICATE_NAME", "the property", names)
    stored = (
        ((*loc, "properties", i, "physicalName" if one.physical_name else "name"), one.stored_name)
        for i, one in enumerate(found)
        if any(other.physical_name for other in found)
    )
    yield from _twice(draft, "DUPLICATE_NAME", "the stored name", stored)


def _twice(draft: Draft, code: str, what: str, named: Named) -> Iterator[Fault]:
    seen: dict[str, Loc] = {}
    for loc, name in named:
        if name is None:
            continue
        if name in seen:
            line = draft.document.position(seen[name])[0]
            yield Fault(code, f"{what} '{name}' stands in line {line} already", draft.where(*loc), "rename one")
        seen.setdefault(name, loc)
