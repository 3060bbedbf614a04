"""Where rows come from. Importing this package registers every source of the library."""

from __future__ import annotations

from mesh_etl.sources.base import Opened, Source, SourceContext, source
from mesh_etl.sources.csv import Csv
from mesh_etl.sources.json import Json
from mesh_etl.sources.parquet import Parquet
from mesh_etl.sources.table import Table

__all__ = ["Csv", "Json", "Opened", "Parquet", "Source", "SourceContext", "Table", "source"]
