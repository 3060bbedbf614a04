"""The order of all changes, by which nobody sees at any moment what neither the old nor the new state shows.

1. what nobody sees by itself: settings, tags and their values, saved expressions, places, databases with their tags;
2. new filters, which no grant names yet;
3. rights that go, where what they mean changes in this plan, or where something that comes would make them count;
4. changes of meaning: columns of entries, tags, expressions, filters; then new entries, under their database's tags;
5. new rights, in the account that owns the thing; then the shares, links and local rights that make them count;
6. other rights that go: whoever keeps access another way has not lost it meanwhile;
7. what is asked for no more.

One thing is left: a new entry or column has the tags of its database or table until it gets its own in the next call,
so those may see it for that moment who may see data that nobody has judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mesh_etl.govern.difference import things
from mesh_etl.govern.difference.bounds import Bounds, owner_of
from mesh_etl.govern.difference.change import Change
from mesh_etl.govern.difference.crossing import Piece, links_to, meeting, piece
from mesh_etl.govern.difference.granting import Granting, renewed
from mesh_etl.govern.difference.tags import Retagged
from mesh_etl.govern.state import AllTables, Columns, ColumnsBut, Filter, GrantKey, State, Table, Tagged


def ordered(observed: State, desired: State, bounds: Bounds, tags: Retagged, grants: Granting) -> tuple[Change, ...]:
    """All changes from one state to the other."""
    databases = [*things.added("databases", observed.databases, desired.databases)]
    gone_databases = [*things.databases_removed(observed, desired, bounds)]
    tables = [*things.added("tables", observed.tables, desired.tables)]
    gone_tables = [*things.tables_removed(observed, desired, bounds)]
    reshaped = [*things.reshaped(observed, desired)]
    known = {change.key for change in reshaped}
    reshaped += [change for change in things.tied(observed, desired, bounds) if change.key not in known]
    expressions = [*things.changed("expressions", observed.expressions, desired.expressions)]
    filters = [*things.changed("filters", observed.filters, desired.filters)]
    new_filters = [*things.added("filters", observed.filters, desired.filters)]
    if tags.meaning:
        grants = renewed(grants, observed, desired, [change.key for change in expressions])
    links = [*filter(things.is_link, (*databases, *tables))]
    own, local = _owners(grants.new, desired)
    shares = [*things.shares(observed, desired)]
    meaning = [*reshaped, *tags.meaning, *expressions, *filters]
    met = meeting((*shares, *links, *own, *local), observed, desired)
    old = [*grants.old, *filter(things.is_link, (*gone_databases, *gone_tables))]
    first, later = _by_haste(old, _Meaning(meaning), met, (observed, desired))
    return (
        *things.settings(observed, desired),
        *things.values_added(observed, desired),
        *things.added("expressions", observed.expressions, desired.expressions),
        *things.added("locations", observed.locations, desired.locations),
        *things.changed("locations", observed.locations, desired.locations),
        *_plain(databases),
        *tags.begun,
        *things.described(observed, desired),
        *(one for one in new_filters if one.key.table in observed.tables),
        *first,
        *reshaped,
        *tags.gone,
        *tags.final,
        *tags.inherited,
        *expressions,
        *filters,
        *_plain(tables),
        *tags.born,
        *(one for one in new_filters if one.key.table not in observed.tables),
        *own,
        *shares,
        *links,
        *local,
        *later,
        *things.removed("filters", observed.filters, desired.filters, bounds),
        *_plain(gone_tables),
        *_plain(gone_databases),
        *things.removed("expressions", observed.expressions, desired.expressions, bounds),
        *things.values_removed(observed, desired, bounds),
        *things.removed("locations", observed.locations, desired.locations, bounds),
    )


def _plain(changes: Iterable[Change]) -> list[Change]:
    return [change for change in changes if not things.is_link(change)]


def _owners(changes: Sequence[Change], desired: State) -> tuple[list[Change], list[Change]]:
    """New rights that the owner of the thing gives, and those that count only with a share and a link.

    Those of one account follow each other, so that they go into few calls.
    """
    own: list[Change] = []
    local: list[Change] = []
    for change in sorted(changes, key=lambda one: one.account):
        is_local = owner_of(change.key) != change.account or links_to(desired, change.key)
        (local if is_local else own).append(change)
    return own, local


def _by_haste(
    old: Sequence[Change], meaning: _Meaning, met: Mapping[str, set[Piece]], states: tuple[State, State]
) -> tuple[list[Change], list[Change]]:
    first: list[Change] = []
    later: list[Change] = []
    for change in old:
        found = piece(change, *states)
        meets = found is not None and found[0] in met.get(found[1], ())
        shifts = change.part == "grants" and meaning.touches(change.key)
        (first if meets or shifts else later).append(change)
    return first, later


class _Meaning:
    """What grants mean that name one of the things which change."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.tables: set[Table] = set()
        self.filters: set[Filter] = set()
        self.saved: set[tuple[str, str]] = set()
        self.tagged: set[str] = set()
        for change in changes:
            match change.part, change.key:
                case "tables", Table() as table:
                    self.tables.add(table)
                case "filters", Filter() as one:
                    self.filters.add(one)
                case "expressions", key:
                    self.saved.add(key)
                case "assigned", _:
                    self.tagged.add(change.account)

    def touches(self, key: GrantKey) -> bool:
        """Whether the grant would come to show something else."""
        match key.resource:
            case Tagged(catalog, _, _, saved):
                return catalog in self.tagged or (catalog, saved) in self.saved
            case Filter():
                return key.resource in self.filters
            case Table():
                return key.resource in self.tables
            case Columns(table) | ColumnsBut(table):
                return table in self.tables
            case AllTables(catalog, database):
                return any((one.catalog, one.database) == (catalog, database) for one in self.tables)
        return False
