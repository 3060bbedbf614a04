"""`sql`: the table as DDL of Spark, Athena or Trino.

Sources: Spark's CREATE DATASOURCE TABLE, Athena's CREATE EXTERNAL TABLE, and Trino's CREATE TABLE with the Hive
connector's `external_location` and `partitioned_by`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mesh_etl.contract.server import AthenaServer, GlueServer, S3Server
from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct, Varchar
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.exchange.exported import Exporting
from mesh_etl.exchange.tree import Node

_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Dialect:
    """How a dialect writes names, texts and types, and where the parts of the statement stand."""

    name: Callable[[str], str]
    text: Callable[[str], str]
    type: Callable[[DataType], str]
    not_null: bool
    statement: Callable[[Exporting, list[str], list[Node]], str]


def sql(exporting: Exporting) -> str:
    """The statement that creates the table, with the columns of its partitions where the dialect wants them."""
    if exporting.wish.dialect not in DIALECTS:
        fix = did_you_mean(exporting.wish.dialect, DIALECTS)
        raise ConfigError(Fault("UNKNOWN_DIALECT", "there is no such dialect", "--dialect", fix))
    dialect = DIALECTS[exporting.wish.dialect]
    keys = sorted((one for one in exporting.columns if one.found.partitioned), key=_position)
    for key in keys:
        key.say("partitioned")
        key.say("partitionKeyPosition")
    columns = [one for one in exporting.columns if one not in keys]
    apart = exporting.wish.dialect == "athena"
    listed = [_column(one, dialect) for one in (columns if apart else [*columns, *keys])]
    return dialect.statement(exporting, listed, keys)


def _position(node: Node) -> int:
    return node.found.partition_key_position


def _column(node: Node, dialect: Dialect) -> str:
    _say_type(node, dialect)
    needed = " NOT NULL" if dialect.not_null and node.needed else ""
    if needed:
        node.say("required")
    about = node.say("description")
    comment = f" COMMENT {dialect.text(about)}" if about else ""
    return f"{dialect.name(node.say_name())} {dialect.type(node.type)}{needed}{comment}"


def _say_type(node: Node, dialect: Dialect) -> None:
    node.say_stored_type("format", "timezone")
    if "ntz" not in dialect.type(node.type) and node.type == Simple("timestamp_ntz"):
        node.lose("the dialect has one kind of timestamp", "logicalTypeOptions", "timezone")
    if isinstance(node.type, Varchar) and "(" not in dialect.type(node.type):
        node.lose("the dialect writes it without its length", "physicalType")
    if isinstance(node.type, Struct):
        for one in node.fields:
            one.say_name()
            _say_type(one, dialect)
    elif isinstance(node.type, Array):
        _say_type(node.item, dialect)
    elif isinstance(node.type, Map):
        for one in node.key_and_value:
            _say_type(one, dialect)


def _spark(exporting: Exporting, columns: list[str], keys: list[Node]) -> str:
    lines = [f"CREATE TABLE IF NOT EXISTS {_table(exporting, _backticks)} (", _listed(columns), ")", "USING parquet"]
    if keys:
        lines.append(f"PARTITIONED BY ({', '.join(_backticks(key.name) for key in keys)})")
    location = _location(exporting)
    lines += [f"LOCATION {_escaped(location)}"] if location else []
    lines += [f"COMMENT {_escaped(about)}"] if (about := _about(exporting)) else []
    return _ended([*lines, f"TBLPROPERTIES ({_properties(exporting, {})})"])


def _athena(exporting: Exporting, columns: list[str], keys: list[Node]) -> str:
    lines = [f"CREATE EXTERNAL TABLE IF NOT EXISTS {_table(exporting, _backticks)} (", _listed(columns), ")"]
    lines += [f"COMMENT {_escaped(about)}"] if (about := _about(exporting)) else []
    if keys:
        lines += ["PARTITIONED BY (", _listed([_column(key, DIALECTS["athena"]) for key in keys]), ")"]
    location = _location(exporting)
    if not location:
        fix = "add a server of type glue or s3 with a location to the contract, or give --location"
        raise ConfigError(Fault("NO_LOCATION", "Athena's table needs a location", exporting.contract.where(), fix))
    lines += ["STORED AS PARQUET", f"LOCATION {_escaped(location.rstrip('/') + '/')}"]
    return _ended([*lines, f"TBLPROPERTIES ({_properties(exporting, {'classification': 'parquet'})})"])


def _trino(exporting: Exporting, columns: list[str], keys: list[Node]) -> str:
    lines = [f"CREATE TABLE IF NOT EXISTS {_table(exporting, _double_quotes)} (", _listed(columns), ")"]
    lines += [f"COMMENT {_doubled(about)}"] if (about := _about(exporting)) else []
    options = ["format = 'PARQUET'"]
    if location := _location(exporting):
        options.append(f"external_location = {_doubled(location)}")
    if keys:
        options.append(f"partitioned_by = ARRAY[{', '.join(_doubled(key.name) for key in keys)}]")
    return _ended([*lines, f"WITH ({', '.join(options)})"])


def _listed(columns: list[str]) -> str:
    return ",\n".join(f"  {one}" for one in columns)


def _ended(lines: list[str]) -> str:
    return "\n".join(lines) + ";\n"


def _table(exporting: Exporting, quoted: Callable[[str], str]) -> str:
    """The table with its database: that of the contract's Glue or Athena server, or the domain."""
    table = exporting.contract.table
    exporting.say("schema", 0, "physicalName" if table.physical_name else "name")
    for index, server in enumerate(exporting.contract.odcs.servers):
        if isinstance(server, GlueServer):
            exporting.say("servers", index, "database")
            return f"{quoted(server.database)}.{quoted(table.stored_name)}"
        if isinstance(server, AthenaServer):
            exporting.say("servers", index, "schema")
            return f"{quoted(server.schema_name)}.{quoted(table.stored_name)}"
    domain = exporting.say("domain")
    return f"{quoted(domain)}.{quoted(table.stored_name)}" if domain else quoted(table.stored_name)


def _location(exporting: Exporting) -> str:
    if exporting.wish.location:
        return exporting.wish.location
    for index, server in enumerate(exporting.contract.odcs.servers):
        if isinstance(server, GlueServer | S3Server) and server.location:
            exporting.say("servers", index, "location")
            return server.location
    return ""


def _about(exporting: Exporting) -> str:
    return str(exporting.say("schema", 0, "description") or exporting.say("description", "purpose") or "")


def _properties(exporting: Exporting, more: dict[str, str]) -> str:
    stated = {
        "mesh_etl.contract_id": exporting.say("id"), "mesh_etl.contract_version": exporting.say("version"), **more
    }  # fmt: skip
    return ", ".join(f"{_escaped(key)} = {_escaped(str(value))}" for key, value in stated.items())


def _backticks(name: str) -> str:
    return "`" + _HIDDEN.sub("", name).replace("`", "``") + "`"


def _double_quotes(name: str) -> str:
    return '"' + _HIDDEN.sub("", name).replace('"', '""') + '"'


def _escaped(text: str) -> str:
    """Text as Spark and Hive read it: a backslash escapes, and a line break is written as one."""
    text = _HIDDEN.sub("", text).replace("\\", "\\\\").replace("'", "\\'")
    return "'" + text.replace("\r", "").replace("\n", "\\n") + "'"


def _doubled(text: str) -> str:
    return "'" + _HIDDEN.sub("", text).replace("'", "''") + "'"


def _spark_type(kind: DataType) -> str:
    match kind:
        case Varchar(length):
            return f"varchar({length})"
        case Array(item):
            return f"array<{_spark_type(item)}>"
        case Map(key, value):
            return f"map<{_spark_type(key)}, {_spark_type(value)}>"
        case Struct(fields):
            return f"struct<{', '.join(f'{_backticks(one.name)}: {_spark_type(one.type)}' for one in fields)}>"
    return kind.ddl()


_TRINO = {"int": "integer", "float": "real", "string": "varchar", "binary": "varbinary",
          "timestamp": "timestamp(6)", "timestamp_ntz": "timestamp(6)"}  # fmt: skip


def _trino_type(kind: DataType) -> str:
    match kind:
        case Simple(name):
            return _TRINO.get(name, name)
        case Array(item):
            return f"array({_trino_type(item)})"
        case Map(key, value):
            return f"map({_trino_type(key)}, {_trino_type(value)})"
        case Struct(fields):
            return f"row({', '.join(f'{_double_quotes(one.name)} {_trino_type(one.type)}' for one in fields)})"
        case Decimal() | Varchar():
            return kind.glue()
    raise TypeError(f"{type(kind).__name__} is not a column type")


def _athena_type(kind: DataType) -> str:
    return kind.glue()


DIALECTS = {
    "spark": Dialect(_backticks, _escaped, _spark_type, True, _spark),
    "athena": Dialect(_backticks, _escaped, _athena_type, False, _athena),
    "trino": Dialect(_double_quotes, _doubled, _trino_type, True, _trino),
}
