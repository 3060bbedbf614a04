"""Database servers: many names, few shapes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.contract.servers import Port, Server
from mesh_etl.contract.versions import Since


class PortDatabaseServer(Server):
    """A database behind a host and a port."""

    type: Literal["clickhouse", "mysql", "synapse"]
    host: str
    port: Port
    database: str


class HostDatabaseServer(Server):
    """A database behind a host, on its usual port unless one is given."""

    type: Annotated[
        Literal[
            "hive", "impala", "informix", "zen", "btrieve", "ingres", "vectorwise", "versant", "poet", "fastobjects"
        ],
        Since("v3.1.0", ("hive", "impala", "zen")),
        Since("v3.2.0", ("btrieve", "ingres", "vectorwise", "versant", "poet", "fastobjects")),
    ]  # fmt: skip
    host: str
    port: Port | None = None
    database: str


class HostServer(Server):
    """A server whose database is optional."""

    type: Annotated[Literal["denodo", "teradata"], Since("v3.2.0", ("teradata",))]
    host: str
    port: Port | None = None
    database: str | None = None


class SchemaDatabaseServer(Server):
    """A schema of a database behind a host and a port."""

    type: Literal["cloudsql", "postgres", "postgresql", "vertica"]
    host: str
    port: Port
    database: str
    schema_name: str = Field(alias="schema")


class DatabaseServer(Server):
    """A Db2 database."""

    type: Literal["db2"]
    host: str
    port: Port
    database: str
    schema_name: str | None = Field(None, alias="schema")


class CatalogServer(Server):
    """A schema of a Trino catalogue."""

    type: Literal["trino"]
    host: str
    port: Port
    catalog: str
    schema_name: str = Field(alias="schema")


class PrestoServer(Server):
    """A Presto coordinator."""

    type: Literal["presto"]
    host: str
    catalog: str | None = None
    schema_name: str | None = Field(None, alias="schema")


class DatabricksServer(Server):
    """A schema of a Databricks catalogue."""

    type: Literal["databricks"]
    host: str | None = None
    catalog: str
    schema_name: str = Field(alias="schema")


class DremioServer(Server):
    """A Dremio coordinator."""

    type: Literal["dremio"]
    host: str
    port: Port
    schema_name: str | None = Field(None, alias="schema")


class DuckdbServer(Server):
    """A DuckDB file."""

    type: Literal["duckdb"]
    database: str
    schema_name: str | None = Field(None, alias="schema")


class ExasolServer(Server):
    """A schema of an Exasol cluster."""

    type: Annotated[Literal["exasol"], Since("v3.2.0")]
    host: str
    port: Port | None = None
    schema_name: str | None = Field(None, alias="schema")


class HanaServer(Server):
    """A SAP HANA server."""

    type: Annotated[Literal["hana"], Since("v3.2.0")]
    host: str
    port: Port | None = None
    database: str | None = None
    schema_name: str | None = Field(None, alias="schema")


class OracleServer(Server):
    """An Oracle service."""

    type: Literal["oracle"]
    host: str
    port: Port
    service_name: str


class SnowflakeServer(Server):
    """A schema of a Snowflake account."""

    type: Literal["snowflake"]
    account: str
    database: str
    schema_name: str = Field(alias="schema")
    host: str | None = None
    port: Port | None = None
    warehouse: str | None = None


class SqlserverServer(Server):
    """A schema of a SQL Server database."""

    type: Literal["sqlserver"]
    host: str
    port: Port = 1433
    database: str
    schema_name: str = Field(alias="schema")
