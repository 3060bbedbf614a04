"""Foreign keys as translators meet them: columns here, and the table and columns that they refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.config.document import Loc
from mesh_etl.contract.reference import Reference, parse, stored
from mesh_etl.contract.table import PropertyRelationship, TableRelationship

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


@dataclass(frozen=True)
class Relation:
    """A foreign key: columns of this table, the table that has the key, and its columns. `loc` is where it stands."""

    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]
    loc: Loc


def relations(contract: Contract) -> Iterator[Relation]:
    """The foreign keys of the table and of its columns, those that name columns of one table."""
    for index, column in enumerate(contract.table.properties):
        for position, one in enumerate(column.relationships):
            loc = ("schema", 0, "properties", index, "relationships", position)
            yield from _relation((column.stored_name,), one, loc)
    for index, between in enumerate(contract.table.relationships):
        starts = (between.from_,) if isinstance(between.from_, str) else between.from_
        found = [stored(contract.table, contract.schema, one.names) for one in map(_parsed, starts) if one]
        columns = tuple(one[0][0] for one in found if one and len(one[0]) == 1)
        if len(columns) == len(starts):
            yield from _relation(columns, between, ("schema", 0, "relationships", index))


def _relation(columns: tuple[str, ...], one: PropertyRelationship | TableRelationship, loc: Loc) -> Iterator[Relation]:
    ends = [_parsed(end) for end in ((one.to,) if isinstance(one.to, str) else one.to)]
    known = [end for end in ends if end is not None and len(end.names) == 1]
    if len(known) == len(columns) and len({end.table for end in known}) == 1:
        yield Relation(columns, known[0].table, tuple(end.names[0] for end in known), loc)


def _parsed(text: str) -> Reference | None:
    try:
        return parse(text)
    except ValueError:
        return None  # it stays in the report
