"""The SELECT that shows a table as its ledger says that it is: these files, these columns, these types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, parse
from mesh_etl.tables.keys import key_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.tables.quarantine import Refused

_NAMES = {
    "string": "VARCHAR", "int": "INTEGER", "timestamp": "TIMESTAMPTZ", "timestamp_ntz": "TIMESTAMP", "binary": "BLOB",
}  # fmt: skip
_REJECTED = (
    ("_violations", "STRUCT(rule VARCHAR, \"column\" VARCHAR)[]"), ("_input", "VARCHAR"), ("_file", "VARCHAR"),
    ("_line", "BIGINT"), ("_raw", "VARCHAR"), ("_contract_version", "VARCHAR"), ("_run", "VARCHAR"),
    ("_version", "BIGINT"), ("_refused_at", "TIMESTAMPTZ"),
)  # fmt: skip


def table(ledger: Ledger, head: Snapshot, columns_of: Callable[[str], set[str]], source: str = "") -> str:
    """The SELECT over the head's files, columns in the contract's order, then derived partition keys.

    `columns_of` tells the columns that a FROM clause has: a column that older files lack, all of them, is NULL.
    `source` is a FROM clause to use in place of the files themselves.
    """
    kinds = list(columns(ledger, head))
    paths = [f"{ledger.layout.root}/{file.path}" for one in head.partitions.values() for file in one.files]
    if not paths:
        return _nothing(kinds)
    keys = ", ".join(f"{_quoted(key.name)}: 'VARCHAR'" for key in head.entry.partition_by)
    keys = keys if ledger.one_folder else ""  # else files hold all columns, and partitions are hidden
    hive = f"hive_partitioning = true, hive_types = {{{keys}}}" if keys else "hive_partitioning = false"
    source = source or f"read_parquet({_list(paths)}, union_by_name = true, {hive})"
    present = columns_of(source)
    chosen = (_column(name, kind, name.lower() in present) for name, kind in kinds)
    return f"SELECT {', '.join(chosen)} FROM {source}"


def quarantine(ledger: Ledger, files: Sequence[Refused], source: Callable[[list[str]], str]) -> str:
    """The SELECT over these files of refused rows; `source` makes the FROM clause of some of them.

    `_version` is the commit that refused a row first, and `_refused_at` its moment.
    """
    if not files:
        return _nothing(_REJECTED)
    names = ", ".join(_quoted(name) for name, _ in _REJECTED[:-2])
    commits: dict[tuple[int, str], list[str]] = {}
    for one in files:
        commits.setdefault((one.seq, one.at), []).append(f"{ledger.layout.root}/{one.path}")
    return " UNION ALL ".join(
        f"SELECT {names}, {seq}::BIGINT AS _version, '{at}'::TIMESTAMPTZ AS _refused_at FROM {source(paths)}"
        for (seq, at), paths in commits.items()
    )


def parquet(paths: Iterable[str]) -> str:
    """The FROM clause over files that hold all their columns."""
    return f"read_parquet({_list(paths)}, hive_partitioning = false)"


def spelled(kind: DataType) -> str:
    """The type as DuckDB writes it."""
    match kind:
        case Simple(name):
            return _NAMES.get(name, name.upper())
        case Decimal(precision, scale):
            return f"DECIMAL({precision},{scale})"
        case Array(item):
            return f"{spelled(item)}[]"
        case Map(key, value):
            return f"MAP({spelled(key)}, {spelled(value)})"
        case Struct(fields):
            return f"STRUCT({', '.join(f'{_quoted(one.name)} {spelled(one.type)}' for one in fields)})"
    return "VARCHAR"


def columns(ledger: Ledger, head: Snapshot) -> Iterator[tuple[str, str]]:
    """The columns of the table's view by name, with their types as DuckDB writes them."""
    # The catalogue's types know one timestamp only.
    types = {column.name: column.type for column in ledger.contract(head.entry).columns}
    for name, glue in head.entry.columns:
        yield name, spelled(parse(types.get(name, glue)))
    for key in head.entry.partition_by:
        if key.transform != "identity" and ledger.one_folder:
            yield key.name, spelled(key_type(key.transform, parse(types[key.column])))


def _column(name: str, kind: str, present: bool) -> str:
    return f"CAST({_quoted(name) if present else 'NULL'} AS {kind}) AS {_quoted(name)}"


def _nothing(columns: Iterable[tuple[str, str]]) -> str:
    return f"SELECT {', '.join(_column(name, kind, False) for name, kind in columns)} WHERE false"


def _list(paths: Iterable[str]) -> str:
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
