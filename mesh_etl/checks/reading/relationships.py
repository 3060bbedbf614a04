"""`relationships`: the values of columns are keys of a table, here or elsewhere.

The standard gives a relationship no severity: its custom property `severity` says whether breaking it fails the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.dataset import ForeignKey
from mesh_etl.checks.found import About, Found, Skipped, mild
from mesh_etl.checks.reading.spots import ITEM, KEY, VALUE, Spot, spots
from mesh_etl.contract.reference import Reference, parse, stored
from mesh_etl.contract.table import Loc, PropertyRelationship, TableRelationship
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


@dataclass(frozen=True)
class Stated:
    """A relationship as a contract states it; `spot` is the column that it is about, None for the table."""

    relation: PropertyRelationship
    spot: Spot | None
    loc: Loc

    @property
    def path(self) -> str:
        """The path of the column, '' for the table."""
        return self.spot.path if self.spot else ""


def relationship_rules(contract: Contract) -> Iterator[Found]:
    """The foreign keys of the contract."""
    found = list(_stated(contract))
    names = Counter(one.relation.id for one in found)
    for one in found:
        alone = one.relation.id is not None and names[one.relation.id] == 1
        name = one.relation.id or "relationships"
        name = name if alone else f"{one.path or 'table'}.{name}[{one.loc[-1]}]"
        severity = next((str(own.value) for own in one.relation.custom_properties if own.property == "severity"), None)
        about = About(contract.where(*one.loc), one.path, severity=severity or "error")
        yield Found(_rule(contract, one, name, not mild(severity)), about)


def _stated(contract: Contract) -> Iterator[Stated]:
    for spot in spots(contract):
        for index, relation in enumerate(spot.found.relationships):
            yield Stated(relation, spot, (*spot.loc, "relationships", index))
    for index, relation in enumerate(contract.table.relationships):
        yield Stated(relation, None, ("schema", 0, "relationships", index))


def _rule(contract: Contract, one: Stated, name: str, fails: bool) -> ForeignKey | Skipped:
    ends = _ends(contract, one)
    if len({(end.contract, end.table) for end in ends}) > 1:
        return Skipped(name, "its columns lie in several tables")
    if one.spot:
        columns, types = ((one.spot.column, *one.spot.steps),), (one.spot.type,)
    else:
        assert isinstance(one.relation, TableRelationship)
        starts = [stored(contract.table, contract.schema, parse(end).names) for end in _several(one.relation.from_)]
        if None in starts:
            return Skipped(name, "it begins at a column that is not stored")
        columns, types = zip(*(start for start in starts if start), strict=True)
    if {ITEM, KEY, VALUE} & {step for path in columns for step in path}:
        return Skipped(name, "foreign keys inside lists and maps are not executed by this version")
    return ForeignKey(name, fails, columns, types, ends[0].contract, tuple(end.names for end in ends), one.loc)


def _ends(contract: Contract, one: Stated) -> list[Reference]:
    try:
        return [parse(end) for end in _several(one.relation.to)]
    except ValueError as error:
        where = contract.where(*one.loc, "to")
        raise ConfigError(Fault("BAD_REFERENCE", str(error), where, "write <contract>#table.column")) from None


def _several(stated: str | tuple[str, ...]) -> tuple[str, ...]:
    return (stated,) if isinstance(stated, str) else stated
