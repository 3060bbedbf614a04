"""References inside a contract that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.contract.table import ArrayProperty, Loc, ObjectProperty, Property, Table
from mesh_etl.errors import Fault, did_you_mean

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

ELSEWHERE = "for a column of another contract write '<its file>#/schema/<table>/properties/<column>'"


def reference_faults(contract: Contract) -> Iterator[Fault]:
    """Service levels about unknown columns, and relationships from or to columns that do not exist."""
    yield from _service_levels(contract)
    for below, found in contract.table.walk():
        for index, one in enumerate(found.relationships):
            loc = ("schema", 0, *below, "relationships", index)
            if not isinstance(one.to, str):
                where = contract.where(*loc, "to")
                yield Fault("RELATIONSHIP_SHAPE", "one column refers to one column", where, "write one reference")
            else:
                yield from _reference(contract, one.to, (*loc, "to"))
    for index, relation in enumerate(contract.table.relationships):
        yield from _between(contract, relation.from_, relation.to, ("schema", 0, "relationships", index))


def _between(
    contract: Contract, start: str | tuple[str, ...], end: str | tuple[str, ...], loc: Loc
) -> Iterator[Fault]:  # fmt: skip
    sides = {"from": start, "to": end}
    if isinstance(start, str) != isinstance(end, str) or (not isinstance(start, str) and len(start) != len(end)):
        problem = "from and to name different numbers of columns"
        yield Fault("RELATIONSHIP_SHAPE", problem, contract.where(*loc), "name as many on both sides")
    for key, side in sides.items():
        if isinstance(side, str):
            yield from _reference(contract, side, (*loc, key))
        else:
            for index, one in enumerate(side):
                yield from _reference(contract, one, (*loc, key, index))


def _reference(contract: Contract, reference: str, loc: Loc) -> Iterator[Fault]:
    file, mark, path = reference.partition("#")
    if mark and file:
        return  # another contract, which is not read here
    where = contract.where(*loc)
    steps = (path if mark else file).strip("/").split("/")
    dotted = len(steps) == 1
    names = steps[0].split(".") if dotted else steps[1::2]
    sections = [] if dotted else steps[0::2]
    if (not dotted and set(sections[1:]) - {"properties"}) or (not dotted and sections[0] != "schema"):
        yield Fault("BAD_REFERENCE", "the reference has no known form", where, "write table.column")
        return
    if len(names) < 2:
        yield Fault("BAD_REFERENCE", "the reference names no column", where, "write table.column")
    elif not _is(contract.table, names[0]):
        yield Fault("DANGLING_REFERENCE", f"this contract has no table '{names[0]}'", where, ELSEWHERE)
    elif _find(contract.table.properties, names[1:]) is None:
        fix = did_you_mean(names[1], (one.name for one in contract.table.properties))
        yield Fault("DANGLING_REFERENCE", f"there is no column '{'.'.join(names[1:])}'", where, fix)


def _service_levels(contract: Contract) -> Iterator[Fault]:
    elements = [
        (("slaProperties", index, "element"), one.element) for index, one in enumerate(contract.odcs.sla_properties)
    ]
    elements.append((("slaDefaultElement",), contract.odcs.sla_default_element))  # type: ignore[arg-type]
    for loc, element in elements:
        for one in (element or "").split(",") if element is not None else ():
            steps = one.strip().split(".")
            inner = steps[1:] if len(steps) > 1 and _is(contract.table, steps[0]) else steps
            known = _is(contract.table, one.strip()) or _find(contract.table.properties, inner) is not None
            if not known:
                fix = did_you_mean(inner[0], (column.name for column in contract.table.properties))
                yield Fault("UNKNOWN_ELEMENT", f"there is no column '{one.strip()}'", contract.where(*loc), fix)


def _is(found: Table | Property, name: str) -> bool:
    return name in (found.name, found.physical_name, found.id)


def _find(properties: tuple[Property, ...], names: list[str]) -> Property | None:
    found = next((one for one in properties if _is(one, names[0])), None)
    if found is None or len(names) == 1:
        return found
    inside = found.items if isinstance(found, ArrayProperty) else found
    return _find(inside.properties, names[1:]) if isinstance(inside, ObjectProperty) else None
