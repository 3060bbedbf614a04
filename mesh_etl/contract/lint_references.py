"""References inside a contract that lead nowhere, or to something else than what refers to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.reference import called, parse
from mesh_etl.contract.table import ArrayProperty, Loc, ObjectProperty, Property, Table
from mesh_etl.contract.values import family
from mesh_etl.errors import Fault, did_you_mean

ELSEWHERE = "for a column of another contract write '<its file>#/schema/<table>/properties/<column>'"
_ALIKE = {"integer": "number"}  # an integer can be the key of a number


def reference_faults(draft: Draft) -> Iterator[Fault]:
    """Relationships from or to columns that do not exist, or whose two sides do not match."""
    for below, found in draft.table.walk():
        for index, one in enumerate(found.relationships):
            loc = (*draft.top, *below, "relationships", index, "to")
            if isinstance(one.to, str):
                yield from _dangling(draft, one.to, loc)
                yield from _unlike(draft, found, _column(draft, one.to), loc)
            else:
                where = draft.where(*loc)
                yield Fault("RELATIONSHIP_SHAPE", "one column refers to one column", where, "write one reference")
    for index, relation in enumerate(draft.table.relationships):
        loc = (*draft.top, "relationships", index)
        starts, ends = _several(relation.from_, (*loc, "from")), _several(relation.to, (*loc, "to"))
        if len(starts) != len(ends) or isinstance(relation.from_, str) != isinstance(relation.to, str):
            problem = "from and to name different numbers of columns"
            yield Fault("RELATIONSHIP_SHAPE", problem, draft.where(*loc), "name as many on both sides")
        for text, place in (*starts, *ends):
            yield from _dangling(draft, text, place)
        for (start, _), (end, place) in zip(starts, ends, strict=False):
            yield from _unlike(draft, _column(draft, start), _column(draft, end), place)


def element_faults(draft: Draft) -> Iterator[Fault]:
    """Service levels about columns that no table has. Where the contract describes no table, none can be known."""
    odcs = draft.odcs
    stated: list[tuple[Loc, str | None]] = [
        (("slaProperties", index, "element"), one.element) for index, one in enumerate(odcs.sla_properties)
    ]
    stated.append((("slaDefaultElement",), odcs.sla_default_element))
    columns = [column.name for table in odcs.tables for column in table.properties]
    for loc, element in stated:
        for one in (element or "").split(",") if element is not None and columns else ():
            if not any(_is_element(table, one.strip()) for table in odcs.tables):
                fix = did_you_mean(one.strip().split(".")[-1], columns)
                yield Fault("UNKNOWN_ELEMENT", f"there is no column '{one.strip()}'", draft.where(*loc), fix)


def _several(stated: str | tuple[str, ...], loc: Loc) -> list[tuple[str, Loc]]:
    return [(stated, loc)] if isinstance(stated, str) else [(one, (*loc, index)) for index, one in enumerate(stated)]


def _dangling(draft: Draft, text: str, loc: Loc) -> Iterator[Fault]:
    where = draft.where(*loc)
    try:
        reference = parse(text)
    except ValueError as error:
        yield Fault("BAD_REFERENCE", str(error), where, "write table.column")
        return
    if reference.contract:
        return  # another contract, which is not read here
    table = _table(draft, reference.table)
    if table is None:
        yield Fault("DANGLING_REFERENCE", f"this contract has no table '{reference.table}'", where, ELSEWHERE)
    elif _find(table.properties, reference.names) is None:
        fix = did_you_mean(reference.names[0], (one.name for one in table.properties))
        yield Fault("DANGLING_REFERENCE", f"there is no column '{'.'.join(reference.names)}'", where, fix)


def _unlike(draft: Draft, start: Property | None, end: Property | None, loc: Loc) -> Iterator[Fault]:
    kinds = [family(one) for one in (start, end) if one is not None]
    known = {_ALIKE.get(kind, kind) for kind in kinds if kind is not None}
    if len(known) == 2:
        problem = f"a column of type {kinds[0]} refers to one of type {kinds[1]}"
        yield Fault("RELATIONSHIP_TYPES", problem, draft.where(*loc), "give both the same logicalType")


def _column(draft: Draft, text: str) -> Property | None:
    """The column of this contract that the reference leads to, or None."""
    try:
        reference = parse(text)
    except ValueError:
        return None  # told already
    table = None if reference.contract else _table(draft, reference.table)
    return _find(table.properties, reference.names) if table else None


def _table(draft: Draft, name: str) -> Table | None:
    return next((one for one in draft.odcs.tables if called(one, name)), None)


def _is_element(table: Table, element: str) -> bool:
    steps = element.split(".")
    inner = steps[1:] if len(steps) > 1 and called(table, steps[0]) else steps
    return called(table, element) or _find(table.properties, inner) is not None


def _find(properties: tuple[Property, ...], names: Sequence[str]) -> Property | None:
    found = next((one for one in properties if called(one, names[0])), None)
    if found is None or len(names) == 1:
        return found
    inside = found.items if isinstance(found, ArrayProperty) else found
    return _find(inside.properties, names[1:]) if isinstance(inside, ObjectProperty) else None
