"""Files of a folder, each so many times, as one: python compact_memory.py INPUT_FOLDER TIMES OUTPUT_FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.parquet as pq

from mesh_etl.kernels.compact.merge import MergeJob, merge
from mesh_etl.kernels.write.encode import EncodeJob

source, times, target = sys.argv[1:]
files = sorted(map(str, Path(source).glob("*.parquet"))) * int(times)
merge(MergeJob(EncodeJob(target, ()), tuple(files), pq.read_schema(files[0])))
