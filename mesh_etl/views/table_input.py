"""A view's entry as Glue's `TableInput` spells it.

A view with a definer is a Data Catalog view of several dialects: the definer needs SELECT with grant option on every
table that it reads, which are ten at most, none of them a view or a link, and none open to IAMAllowedPrincipals.
Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/views-prereqs.html and …/views-api-usage.html,
https://docs.aws.amazon.com/athena/latest/ug/views-glue.html. Without a definer it is a view of Athena, in the form
that Athena itself writes, which AWS does not document.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import parts_of
from mesh_etl.contract.types import Array, DataType, Map, Simple, Struct, Varchar, parse
from mesh_etl.views.canonical import tree
from mesh_etl.views.dialects import Engine, written
from mesh_etl.views.entries import DEFINER, DEFINITION, DIALECTS
from mesh_etl.views.statement import tables
from mesh_etl.worlds.table_input import COMMENT_LENGTH, DESCRIPTION_LENGTH, fitted

if TYPE_CHECKING:
    from mesh_etl.govern.state import Table, TableEntry

_ENGINES: tuple[Engine, ...] = ("spark", "athena")
_VERSIONS = {"spark": "1.0", "athena": "3"}
_MARK = "Presto View"
_TRINO = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary", "timestamp": "timestamp(3)"}


def table_input(
    table: Table,
    entry: TableEntry,
    region: str,
    description: str = "",
    comments: Mapping[str, str] | None = None,
    connection: str = "",
) -> dict[str, Any]:
    """What `glue.CreateTable` and `UpdateTable` take for the view; `comments` are by column.

    `connection` is the Glue connection by which AWS validates Athena's dialect, where the account has one.
    """
    parameters, told = dict(entry.parameters), comments or {}
    columns = [
        {"Name": name, "Type": kind, **({"Comment": fitted(told[name], COMMENT_LENGTH)} if told.get(name) else {})}
        for name, kind in zip(entry.columns, entry.types, strict=True)
    ]
    body: dict[str, Any] = {
        "Name": table.name,
        "Description": fitted(description, DESCRIPTION_LENGTH, lines=True),
        "TableType": "VIRTUAL_VIEW",
        "PartitionKeys": [],
        "Parameters": parameters,
        "StorageDescriptor": {"Columns": columns, "SerdeInfo": {}},
    }
    if DEFINER in parameters:
        engines = [one for one in _ENGINES if one in parameters[DIALECTS].split(",")]
        return body | {
            "ViewDefinition": {
                "IsProtected": True,
                "Definer": parameters[DEFINER],
                "SubObjects": sources(table.catalog, region, entry.definition),
                "Representations": [_representation(entry.definition, engine, connection) for engine in engines],
            }
        }
    return body | {
        "Parameters": {**parameters, "presto_view": "true", "comment": _MARK},
        "ViewOriginalText": _presto(table, entry),
        "ViewExpandedText": f"/* {_MARK} */",
    }


def definition_of(found: Mapping[str, Any]) -> str:
    """The definition of a view as an answer of Glue holds it, to be compared with that of an entry; empty for none.

    What Athena alone runs is no SQL of Spark: it is told as it stands, unless it is what the entry's definition gives.
    """
    stated = found.get("ViewDefinition") or {}
    texts = {one.get("Dialect"): str(one.get("ViewOriginalText", "")) for one in stated.get("Representations", ())}
    if "SPARK" in texts:
        return texts["SPARK"]
    text = texts.get("ATHENA") or _unpacked(str(found.get("ViewOriginalText") or ""))
    kept = found.get("Parameters", {}).get(DEFINITION)
    try:
        same = kept is not None and written(kept, "athena", parts_of) == text
    except ValueError:
        return text
    return str(kept) if same else text


def sources(catalog: str, region: str, definition: str) -> list[str]:
    """The ARNs of the tables that the definition reads, each once."""
    places = dict.fromkeys((one.db, one.name) for one in tables(tree(definition)))
    return [f"arn:aws:glue:{region}:{catalog}:table/{database}/{name}" for database, name in places]


def _representation(definition: str, engine: Engine, connection: str) -> dict[str, Any]:
    text = written(definition, engine, parts_of)
    body = {"Dialect": engine.upper(), "DialectVersion": _VERSIONS[engine], "ViewOriginalText": text}
    if engine == "spark":
        return body | {"ViewExpandedText": text}
    return body | ({"ValidationConnection": connection} if connection else {})


def _presto(table: Table, entry: TableEntry) -> str:
    stored = {
        "originalSql": written(entry.definition, "athena", parts_of),
        "catalog": "awsdatacatalog",
        "schema": table.database,
        "columns": [
            {"name": name, "type": _trino(parse(kind))} for name, kind in zip(entry.columns, entry.types, strict=True)
        ],
    }
    return f"/* {_MARK}: {base64.b64encode(json.dumps(stored).encode()).decode()} */"


def _trino(kind: DataType) -> str:
    match kind:
        case Simple(name):
            return _TRINO.get(name, name)
        case Varchar(length):
            return f"varchar({length})"
        case Array(item):
            return f"array({_trino(item)})"
        case Map(key, value):
            return f"map({_trino(key)}, {_trino(value)})"
        case Struct(fields):
            return f"row({', '.join(f'{one.name} {_trino(one.type)}' for one in fields)})"
    return kind.glue()


def _unpacked(text: str) -> str:
    """The SQL inside of a view's text as Athena stores it; any other text as it is."""
    if not text.startswith(f"/* {_MARK}: "):
        return text
    try:
        stored = json.loads(base64.b64decode(text.removeprefix(f"/* {_MARK}: ").removesuffix(" */")))
        return str(stored["originalSql"])
    except (ValueError, KeyError, TypeError):
        return text
