"""Whether the rows that a product has published would pass another contract: read where they are, written nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.checks import Verdict
from mesh_etl.contract.diff import Summary, fits
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar, ddl, parse
from mesh_etl.frames.check import check
from mesh_etl.kernels.codes import CODES
from mesh_etl.kernels.stored.written import WrittenReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.run.staged_frame import rows

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.run.engines import Engine
    from mesh_etl.tables.ledger import Ledger, Snapshot

_NUMBERS = {"tinyint", "smallint", "int", "bigint", "float", "double"}
_MOMENTS = {"date", "timestamp", "timestamp_ntz"}


@dataclass(frozen=True)
class Published:
    """The verdicts of a contract on the rows of a table's version."""

    version: int
    rows: int
    verdicts: tuple[Verdict, ...]

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """Those that do not hold; warnings are not among them."""
        return tuple(one for one in self.verdicts if one.status in ("failed", "rejected rows"))


def published(contract: Contract, ledger: Ledger, snapshot: Snapshot, engine: Engine) -> Published:
    """The contract's types, row rules and rules over the table, each with its verdict on the rows of the snapshot.

    Columns that were renamed by their id are read by their old names, and those that the table lacks are NULL, as they
    would be. A row with a value that the new type cannot hold is counted for the type, and no other rule is asked about
    it.
    """
    kept = ledger.contract(snapshot.entry)
    types = {column.name: parse(column.type) for column in kept.columns}
    names = _renamed(kept, contract)
    stored = {column.name: types.get(names.get(column.name, column.name)) for column in contract.schema}
    schema = tuple(one for one in contract.schema if _readable(stored[one.name], one.type))
    items = _items(snapshot, ledger, WrittenReader(schema, names), {old: new for new, old in names.items()})
    narrower = tuple(one for one in schema if not _holds(stored[one.name], one.type))
    found = Counter[tuple[str, str]]()
    if narrower:
        for counts in engine.map(partial(misfits, WrittenReader(narrower, names)), items):
            found.update({(one["code"], one["column"]): one["rows"] for one in counts["found"]})
    frame = engine.frame(partial(rows, WrittenReader(schema, names)), items, ddl(schema))
    checked = check(contract, frame)
    unread = {one.name for one in contract.schema} - {one.name for one in schema}
    verdicts = (
        *(
            Verdict(f"{name}.{code}", "rejected rows", n, CODES.get(code, ""), column=name)
            for (code, name), n in sorted(found.items())
        ),
        *(
            _typed(one, stored, contract) if one.rule.removesuffix(".column") in unread else one
            for one in checked.verdicts
        ),
    )
    return Published(snapshot.seq, snapshot.rows, verdicts)


def misfits(reader: WrittenReader, item: WorkItem) -> dict[str, Any]:
    """How many rows of the item have values that the reader's types cannot hold, by code and column."""
    found = Counter[tuple[str, str]]()
    for parsed in reader.parse(item):
        for reject in parsed.rejects:
            found.update({(why.rule, why.column) for why in reject.violations})
    return {"found": [{"code": code, "column": column, "rows": n} for (code, column), n in found.items()]}


def _renamed(kept: Summary, contract: Contract) -> dict[str, str]:
    """The names that columns have in storage, by their new names, where their ids say that they were renamed."""
    ids = {column.id: column.name for column in kept.columns if column.id}
    return {
        column.stored_name: ids[column.id]
        for column in contract.columns
        if column.id in ids and ids[column.id] != column.stored_name
    }


def _items(snapshot: Snapshot, ledger: Ledger, reader: WrittenReader, renamed: Mapping[str, str]) -> list[WorkItem]:
    keys = snapshot.entry.partition_by
    items: list[WorkItem] = []
    for partition in snapshot.partitions.values():
        constants = tuple(
            (renamed.get(key.name, key.name), value) for key, value in zip(keys, partition.values, strict=True)
        )
        for one in partition.files:
            file = ledger.storage.file(ledger.layout.path(one.path), one.bytes, constants)
            items += [WorkItem(len(items), "published", file, start, end) for start, end in reader.split(file)]
    return items


def _holds(stored: DataType | None, wanted: DataType) -> bool:
    return stored is None or fits(stored, wanted)


def _readable(stored: DataType | None, wanted: DataType) -> bool:
    """Whether each stored value can be asked if it is one of the wanted type; values of another kind never are."""
    match stored, wanted:
        case None, _:
            return True
        case Simple("string") | Varchar(), Simple("string") | Varchar():
            return True
        case Array(item), Array(other):
            return _readable(item, other)
        case Map(key, value), Map(other_key, other_value):
            return _readable(key, other_key) and _readable(value, other_value)
        case Struct(fields), Struct(others):
            types = {one.name: one.type for one in fields}
            return all(_readable(types.get(one.name), one.type) for one in others)
    return stored == wanted or _both_among(_NUMBERS, stored, wanted) or _both_among(_MOMENTS, stored, wanted)


def _both_among(names: set[str], *types: DataType | None) -> bool:
    decimals = names is _NUMBERS
    return all(
        (isinstance(one, Simple) and one.name in names) or (decimals and isinstance(one, Decimal)) for one in types
    )


def _typed(verdict: Verdict, stored: Mapping[str, DataType | None], contract: Contract) -> Verdict:
    """The verdict on a column whose stored values are of another kind."""
    name = verdict.rule.removesuffix(".column")
    found = stored[name]
    wanted = next(one.type for one in contract.schema if one.name == name)
    problem = f"it is stored as {found.glue() if found else 'nothing'}, the contract says {wanted.glue()}"
    return replace(verdict, text=problem, reason=problem)
