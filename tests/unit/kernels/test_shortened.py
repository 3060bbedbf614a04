"""A file without some of its rows: what is left is what it was, in whichever process it is read."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_etl.kernels.stored.shortened import ShortenedStore, packed, unpacked
from mesh_etl.storage import LOCAL_STORAGE
from mesh_etl.stores import InputFile

TABLE = pa.table({"id": pa.array(range(10), pa.int32()), "k": [None, *"abcdefghi"]})


@pytest.mark.parametrize("gone", [[0], [9], [2, 3, 7], list(range(10))])
def test_rows_at_these_positions_are_not_there(tmp_path: Path, gone: list[int]) -> None:
    path = str(tmp_path / "a.parquet")
    pq.write_table(TABLE, path, row_group_size=3)
    whole = LOCAL_STORAGE.file(path, (tmp_path / "a.parquet").stat().st_size)
    store = pickle.loads(pickle.dumps(ShortenedStore(whole, packed(np.array(gone)))))
    found = pq.ParquetFile(InputFile("b.parquet", 1, "immutable", store).native())
    assert found.num_row_groups == 1
    assert found.read() == TABLE.filter(pa.array([number not in gone for number in range(10)]))


def test_positions_take_little_room() -> None:
    gone = np.arange(5, 3_000_000, 3)
    assert (unpacked(packed(gone)) == gone).all()
    assert len(packed(gone)) < 30_000
