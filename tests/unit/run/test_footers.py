"""What the footers of staged files say against what the write has refused."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_etl.run.verify import holes


def test_columns_with_null_in_any_row_group(tmp_path):
    table = pa.table({"a": [1, 2, None], "b": [1, 2, 3], "c": [None, None, None], "s": [{"a": None}] * 3})
    pq.write_table(table, tmp_path / "file.parquet", row_group_size=2)
    footer = pq.read_metadata(tmp_path / "file.parquet")
    assert set(holes(footer, {"a", "b", "s", "elsewhere"})) == {"a"}
