"""References as relationships state them: which contract, which table, and which column in it.

The two notations of the standard, each with the contract in front of a `#` where it is another one:
`orders.customer_id`, and `schema/<table>/properties/<column>` by names or ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesh_etl.contract.table import ArrayProperty, ObjectProperty, Property, Table
from mesh_etl.contract.types import Array, DataType, Schema, Struct

ITEM = "[]"  # the step from a list to its items


@dataclass(frozen=True)
class Reference:
    """A reference taken apart; `contract` is '' for the contract that it stands in."""

    contract: str
    table: str
    names: tuple[str, ...]


def parse(text: str) -> Reference:
    """The parts of a reference. Raises `ValueError` with the reason when it has no known form."""
    contract, mark, path = text.rpartition("#")
    steps = path.strip("/").split("/")
    if mark and not contract.strip():
        contract = ""
    if len(steps) == 1:
        table, *names = steps[0].split(".")
    elif steps[0] != "schema" or set(steps[2::2]) - {"properties"} or len(steps) % 2:
        raise ValueError("the reference has no known form")
    else:
        table, names = steps[1], steps[3::2]
    if not table or not names or not all(names):
        raise ValueError("the reference names no column")
    return Reference(contract, table, tuple(names))


def called(found: Table | Property, name: str) -> bool:
    """Whether a table or a column goes by the name: its own, the stored one, or its id."""
    return name in (found.name, found.physical_name, found.id)


def stored(table: Table, schema: Schema, names: Sequence[str]) -> tuple[tuple[str, ...], DataType] | None:
    """The stored column that the names lead to, as a path with the fields inside it, and its type; None for none.

    `schema` holds the types of the table's stored columns.
    """
    properties: tuple[Property, ...] = table.properties
    fields, path = schema, list[str]()
    kind: DataType | None = None
    for name in names:
        found = next((one for one in properties if called(one, name)), None)
        types = {field.name: field.type for field in fields}
        if found is None or found.stored_name not in types:
            return None
        if isinstance(kind, Array):
            path.append(ITEM)
        path.append(found.stored_name)
        kind = types[found.stored_name]
        inside: Property = found
        within: DataType = kind
        if isinstance(inside, ArrayProperty) and isinstance(within, Array) and inside.items is not None:
            inside, within = inside.items, within.item
        properties = inside.properties if isinstance(inside, ObjectProperty) else ()
        fields = within.fields if isinstance(within, Struct) else ()
    return (tuple(path), kind) if kind is not None else None
