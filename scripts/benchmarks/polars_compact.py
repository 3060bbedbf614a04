"""One file for each folder of small ones, by Polars: python polars_compact.py INPUT_FOLDER OUTPUT_FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import polars

source, target = map(Path, sys.argv[1:])
for folder in sorted(source.iterdir()):
    (target / folder.name).mkdir(parents=True)
    frame = polars.read_parquet(folder / "*.parquet", hive_partitioning=False)
    frame.write_parquet(target / folder.name / "part.parquet", compression="zstd")
