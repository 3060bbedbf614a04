"""One file for each folder of small ones, by DuckDB: python duckdb_compact.py INPUT_FOLDER OUTPUT_FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

source, target = map(Path, sys.argv[1:])
for folder in sorted(source.iterdir()):
    (target / folder.name).mkdir(parents=True)
    duckdb.execute(
        f"COPY (FROM read_parquet('{folder}/*.parquet', hive_partitioning = false)) "
        f"TO '{target / folder.name}/part.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
