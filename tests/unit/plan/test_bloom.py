"""A job that asks for Bloom filters is told before anything is read where pyarrow cannot write them."""

from __future__ import annotations

import pyarrow.parquet as pq

from mesh_etl.kernels.write.parquet import writes_bloom_filters


def test_this_pyarrow_writes_them():
    assert writes_bloom_filters()


def test_an_older_one_is_recognised(monkeypatch):
    class Old(pq.ParquetWriter):
        def __init__(self, where, schema):
            super().__init__(where, schema)

    monkeypatch.setattr(pq, "ParquetWriter", Old)
    assert not writes_bloom_filters()
