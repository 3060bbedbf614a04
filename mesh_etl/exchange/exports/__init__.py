"""The formats that a contract can be exported to, by name."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_etl.exchange.exported import Exporter
from mesh_etl.exchange.exports.avro import avro
from mesh_etl.exchange.exports.dbt import dbt
from mesh_etl.exchange.exports.dqdl import dqdl
from mesh_etl.exchange.exports.html import html
from mesh_etl.exchange.exports.jsonschema import jsonschema
from mesh_etl.exchange.exports.markdown import markdown
from mesh_etl.exchange.exports.odcs import odcs
from mesh_etl.exchange.exports.sql import sql

EXPORTS: Mapping[str, Exporter] = {
    "avro": avro, "dbt": dbt, "dqdl": dqdl, "html": html, "jsonschema": jsonschema, "markdown": markdown,
    "odcs": odcs, "sql": sql,
}  # fmt: skip
