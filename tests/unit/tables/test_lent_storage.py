"""What is lent is one table: everything beside it is refused, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("pyiceberg")

from mesh_etl.errors import PlanError
from mesh_etl.storage import LOCAL_STORAGE, Storage
from mesh_etl.tables.iceberg import LentStorage


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("people", "people2"):
        (tmp_path / name / "data").mkdir(parents=True)
        pq.write_table(pa.table({"id": [1, 2, 3]}), tmp_path / name / "data/a.parquet")
    return tmp_path / "people"


@pytest.mark.parametrize(
    "path",
    ["{0}2/data/a.parquet", "{0}/../people2/data/a.parquet", "{0}/s3://lake/a", "/etc/passwd", "{0}", "", "s3://a"],
)
def test_only_what_lies_below_the_root_is_opened(root: Path, path: str) -> None:
    lent = LentStorage(LOCAL_STORAGE, str(root))
    named = path.format(root)
    for ask in (
        lent.open,
        lent.read,
        lent.names,
        lent.walk,
        lambda path: lent.file(path, 1),
        lambda path: lent.stand_in(path, f"{root}/data/a.parquet", 1, np.array([0])),
        lambda path: lent.stand_in(f"{root}/b", path, 1, np.array([0])),
    ):
        with pytest.raises(PlanError, match=r"\[ICEBERG_ELSEWHERE\]") as found:
            ask(named)
        assert "people2" not in str(found.value)
    with lent.open(f"{root}/data/a.parquet") as file:
        assert pq.read_metadata(file).num_rows == 3


def test_a_file_that_stands_in_is_there_for_readers_and_nowhere_else(root: Path) -> None:
    lent = LentStorage(LOCAL_STORAGE, str(root))
    stand_in = f"{root}/data/b.parquet"
    lent.stand_in(stand_in, f"{root}/data/a.parquet", (root / "data/a.parquet").stat().st_size, np.array([1]))
    pinned = lent.file(stand_in, 1, (("k", "a"),))
    assert (pinned.path, pinned.constants) == (stand_in, (("k", "a"),))
    for file in (pinned.native(), lent.open(stand_in)):
        assert pq.read_table(file).column("id").to_pylist() == [1, 3]
    assert lent.names(f"{root}/data") == ["a.parquet", "b.parquet"]
    assert [one.name for one in (root / "data").iterdir()] == ["a.parquet"]


def test_nothing_is_written(root: Path) -> None:
    lent: Storage = LentStorage(LOCAL_STORAGE, str(root))
    for act in (lambda: lent.create(f"{root}/x", b""), lambda: lent.remove(f"{root}/data"), lambda: lent.abort("x")):
        with pytest.raises(NotImplementedError, match="read only"):
            act()
