"""What the records of the ledger promise by themselves."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mesh_etl.tables.entry import Counts, DataFile, Partition


def test_a_partition_has_the_rows_of_its_files():
    files = (DataFile(path="a", rows=2, bytes=1), DataFile(path="b", rows=3, bytes=1))
    assert Partition(values=("x",), folder="f", files=files).rows == 5
    assert Partition(values=("x",), folder="f", files=()).rows == 0


@pytest.mark.parametrize(
    ("counts", "balanced"),
    [
        ({"read": 10, "good": 4, "quarantined": 3, "deduplicated": 2, "filtered": 1}, True),
        ({"read": 10, "good": 4, "quarantined": 3, "deduplicated": 2, "filtered": 0}, False),
        ({"read": 10, "good": 2, "quarantined": 0, "deduplicated": 0, "filtered": 0, "consumed": 10, "made": 2}, True),
        ({"read": 10, "good": 2, "quarantined": 0, "deduplicated": 0, "filtered": 0, "consumed": 9, "made": 2}, False),
    ],
)
def test_every_row_is_accounted_for_or_not(counts, balanced):
    assert Counts(**counts).balanced is balanced


def test_an_entry_cannot_be_changed(entry):
    with pytest.raises(ValidationError):
        entry(1).seq = 2
