"""Files that state the types of their columns: Parquet, ORC, Avro. Schemas that differ are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.contract.diff import widens
from mesh_etl.contract.types import DataType, Field, Simple
from mesh_etl.crawl.layout import Layout, Pieces, component, opened
from mesh_etl.crawl.reach import Found, Stretch, name_of, spread
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.stores import InputFile

PARTS = 3


def stored(kind: str, found: Found, rows: int) -> Layout:
    """The layout of files with schemas of their own.

    Raises `ConfigError` SAMPLE_TYPE where files store a column in types that none holds together, and `PlanError` for a
    file that is not what its name says.
    """
    files = found.looked_at
    schemas = {file: _columns(kind, file) for file in files}
    names = tuple(dict.fromkeys(name for columns in schemas.values() for name, _ in columns))
    unreadable = {name: one for columns in schemas.values() for name, one in columns if isinstance(one, str)}
    unreadable = {name: one for name, one in unreadable.items() if one != "null"}
    notes = [f"{name}: {one} is no type of a contract; the column is left out" for name, one in unreadable.items()]
    names = tuple(name for name in names if name not in unreadable)
    kinds: dict[str, DataType] = {}
    for file, columns in schemas.items():
        for name, one in columns:
            if isinstance(one, DataType) and name not in unreadable:
                kinds[name] = _wider(name, kinds.get(name, one), one, file, notes)
    lacking = {
        name: tuple(name_of(file) for file, columns in schemas.items() if name not in dict(columns)) for name in names
    }
    lacking = {name: files for name, files in lacking.items() if files}
    declared: dict[str, Any] = {"drift": "ignore"} if lacking or unreadable else {}
    schema = tuple(Field(name, kinds.get(name, Simple("string"))) for name in names)
    stretches: list[Stretch] = []
    complete = len(files) == len(found.files)
    for file in files:
        ranges = opened(kind, declared, file, schema, ()).reader.split(file)
        looked_at = spread(ranges, PARTS)
        share = max(rows // len(files) // max(len(looked_at), 1), 1)
        stretches += [Stretch(file, start, end, share) for start, end in looked_at]
        complete &= len(looked_at) == len(ranges)
    types = tuple(one.type for one in schema)
    return Layout(kind, declared, names, types, tuple(stretches), complete, Pieces(), lacking, tuple(notes))


def _columns(kind: str, file: InputFile) -> list[tuple[str, DataType | str]]:
    model = component(kind)
    if model is None:
        raise KeyError(kind)
    source: Any = model.model_validate({"type": kind, "path": file.path})
    try:
        found: list[tuple[str, DataType | str]] = source.columns_of(file)
    except ModuleNotFoundError as error:
        fix = f"pip install 'mesh_etl[{kind}]'"
        raise ConfigError(Fault("PACKAGE_MISSING", f"reading {kind} needs {error.name}", name_of(file), fix)) from None
    return found


def _wider(name: str, before: DataType, one: DataType, file: InputFile, notes: list[str]) -> DataType:
    if before == one or widens(one, before):
        return before
    if widens(before, one):
        notes.append(
            f"{name}: {one.ddl()} in {name_of(file)}, {before.ddl()} in files before it; the wider one is drafted"
        )
        return one
    problem = f"column '{name}' is {one.ddl()} here and {before.ddl()} in another file"
    raise ConfigError(Fault("SAMPLE_TYPE", problem, name_of(file), "infer the files apart"))
