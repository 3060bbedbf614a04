"""Where the data of a contract is served: one model per shape of server, chosen by `type`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.contract.databases import (
    CatalogServer,
    DatabaseServer,
    DatabricksServer,
    DremioServer,
    DuckdbServer,
    ExasolServer,
    HanaServer,
    HostDatabaseServer,
    HostServer,
    OracleServer,
    PortDatabaseServer,
    PrestoServer,
    SchemaDatabaseServer,
    SnowflakeServer,
    SqlserverServer,
)
from mesh_etl.contract.servers import Port, Server
from mesh_etl.contract.versions import Required, Since


class GlueServer(Server):
    """A database of the AWS Glue Data Catalog."""

    type: Literal["glue"]
    account: str
    database: str
    location: str | None = None
    format: str | None = None
    encoding: str | None = None


class AthenaServer(Server):
    """Tables that Amazon Athena queries."""

    type: Literal["athena"]
    schema_name: str = Field(alias="schema")
    staging_dir: Annotated[str | None, Required("v3.1.0", first="v3.0.2")] = None
    catalog: str | None = None
    region_name: str | None = None
    workgroup: Annotated[str | None, Since("v3.2.0")] = None


class S3Server(Server):
    """Files in a bucket that speaks the S3 protocol."""

    type: Literal["s3"]
    location: str
    endpoint_url: str | None = None
    format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


class IcebergServer(Server):
    """Tables in an Iceberg REST catalogue."""

    type: Annotated[Literal["iceberg"], Since("v3.2.0")]
    catalog: str | None = None
    catalog_url: str | None = None
    namespace: str | None = None
    warehouse: str | None = None


class LocalServer(Server):
    """Files on this machine."""

    type: Literal["local"]
    path: str
    format: str
    encoding: str | None = None


class ApiServer(Server):
    """A web service."""

    type: Literal["api"]
    location: str
    encoding: str | None = None


class AzureServer(Server):
    """Files in Azure storage."""

    type: Literal["azure"]
    location: str
    format: str
    delimiter: str | None = None
    encoding: str | None = None


class SftpServer(Server):
    """Files behind SFTP."""

    type: Literal["sftp"]
    location: str = Field(pattern=r"^(sftp://|\$\{)")
    format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


class KafkaServer(Server):
    """Topics of a Kafka cluster."""

    type: Literal["kafka"]
    host: str
    format: str | None = None
    encoding: str | None = None


class KinesisServer(Server):
    """A Kinesis stream."""

    type: Literal["kinesis"]
    region: str | None = None
    format: str | None = None
    encoding: str | None = None


class PubSubServer(Server):
    """A Google Pub/Sub project."""

    type: Literal["pubsub"]
    project: str


class BigQueryServer(Server):
    """A BigQuery dataset."""

    type: Literal["bigquery"]
    project: str
    dataset: str


class RedshiftServer(Server):
    """A Redshift schema."""

    type: Literal["redshift"]
    database: str
    schema_name: str = Field(alias="schema")
    host: str | None = None
    region: str | None = None
    account: str | None = None


class CustomServer(Server):
    """Any other server, described with the keys that the standard knows."""

    type: Literal["custom"]
    account: str | None = None
    catalog: str | None = None
    catalog_url: Annotated[str | None, Since("v3.2.0")] = None
    database: str | None = None
    dataset: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    endpoint_url: str | None = None
    format: str | None = None
    host: str | None = None
    location: str | None = None
    namespace: Annotated[str | None, Since("v3.2.0")] = None
    path: str | None = None
    port: Port | None = None
    project: str | None = None
    region: str | None = None
    region_name: str | None = None
    schema_name: str | None = Field(None, alias="schema")
    service_name: str | None = None
    staging_dir: str | None = None
    stream: Annotated[str | None, Since("v3.1.0")] = None
    warehouse: str | None = None


AnyServer = Annotated[
    GlueServer
    | AthenaServer
    | S3Server
    | IcebergServer
    | LocalServer
    | ApiServer
    | AzureServer
    | SftpServer
    | KafkaServer
    | KinesisServer
    | PubSubServer
    | BigQueryServer
    | RedshiftServer
    | CustomServer
    | PortDatabaseServer
    | HostDatabaseServer
    | HostServer
    | SchemaDatabaseServer
    | DatabaseServer
    | CatalogServer
    | PrestoServer
    | DatabricksServer
    | DremioServer
    | DuckdbServer
    | ExasolServer
    | HanaServer
    | OracleServer
    | SnowflakeServer
    | SqlserverServer,
    Field(discriminator="type"),
]
