"""Where rows come from. Importing this package registers every source of the library."""

from __future__ import annotations

from mesh_etl.sources.avro import Avro
from mesh_etl.sources.base import Opened, Source, SourceContext, source
from mesh_etl.sources.csv import Csv
from mesh_etl.sources.dms import Dms
from mesh_etl.sources.excel import Excel
from mesh_etl.sources.fixed_width import FixedWidth
from mesh_etl.sources.jdbc import Jdbc
from mesh_etl.sources.json import Json
from mesh_etl.sources.objects import Objects
from mesh_etl.sources.orc import Orc
from mesh_etl.sources.parquet import Parquet
from mesh_etl.sources.rest import Rest
from mesh_etl.sources.table import Table
from mesh_etl.sources.tsv import Tsv
from mesh_etl.sources.xml import Xml

__all__ = [
    "Avro",
    "Csv",
    "Dms",
    "Excel",
    "FixedWidth",
    "Jdbc",
    "Json",
    "Objects",
    "Opened",
    "Orc",
    "Parquet",
    "Rest",
    "Source",
    "SourceContext",
    "Table",
    "Tsv",
    "Xml",
    "source",
]
