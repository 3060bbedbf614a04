from __future__ import annotations

import pytest

from mesh_etl.storage import LocalStorage
from mesh_etl.tables.entry import ContractRef, Counts, DataFile, Entry, Partition
from mesh_etl.tables.layout import Layout
from mesh_etl.tables.ledger import Ledger


@pytest.fixture
def entry():
    """An entry at a version, with one file of as many rows as said for each partition."""

    def build(seq: int, rows: dict | None = None, **options) -> Entry:
        partitions = tuple(
            Partition(
                values=values,
                folder=f"data/t{seq}",
                files=(DataFile(path=f"data/t{seq}/{values}.parquet", rows=count, bytes=10 * count),) if count else (),
            )
            for values, count in (rows or {}).items()
        )
        known = {
            "base_seq": seq - 1,
            "txn": f"t{seq}",
            "idem_key": f"k{seq}",
            "product": "d.it",
            "operation": "append",
            "committed_at": "2024-06-01T12:00:00.000+00:00",
            "code_version": "1",
            "engine": "embedded",
            "contract": ContractRef(id="it", version="1.0.0", sha256="0", summary_sha256="0"),
            "columns": (("id", "int"),),
            "counts": Counts(read=1, good=1, quarantined=0, deduplicated=0, filtered=0),
            "partitions": partitions,
        }
        return Entry(seq=seq, **{**known, **options})

    return build


@pytest.fixture
def ledger(tmp_path):
    """Ledgers over one table root, each with the storage it is given."""

    def build(storage=None) -> Ledger:
        return Ledger(Layout(str(tmp_path / "table")), storage or LocalStorage())

    return build
