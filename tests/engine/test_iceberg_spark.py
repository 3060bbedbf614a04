"""Spark with Iceberg's own runtime and this library at one table, by turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.verify.verify import verify
from tests.engine.test_iceberg import ROWS, Table, text

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("MESH_ENGINE") != "spark", reason="the runtime is for Spark in a JVM"),
]

ALL = "SELECT id, country, day, amount, small FROM other.d.t"
MERGE_ON_READ = (
    "ALTER TABLE other.d.t SET TBLPROPERTIES ('write.delete.mode'='merge-on-read','write.update.mode'='merge-on-read')"
)


@pytest.fixture
def table(project):
    return Table(project())


def spark(table, *statements):
    """The answers of Spark; the catalogue then points to its last commit, as with Spark's own Glue catalogue."""
    here = Path(__file__).parent / "iceberg_spark.py"
    place = table.ledger.table().metadata_location
    done = subprocess.run(
        [sys.executable, str(here), place], input=json.dumps(statements), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer = json.loads(done.stdout.splitlines()[-1])
    glue = table.world.client("glue")
    found = glue.get_table(DatabaseName="d", Name="it")["Table"]
    kept = {name: found[name] for name in ("Name", "TableType", "StorageDescriptor", "Owner") if name in found}
    parameters = {**found["Parameters"], "metadata_location": answer["metadata"]}
    glue.update_table(
        DatabaseName="d", TableInput={**kept, "Parameters": parameters}, VersionId=found["VersionId"], SkipArchive=True
    )
    return [[list(row.values()) for row in rows] for rows in answer["answers"]]


def test_spark_and_this_library_at_one_table(table, engine):
    table.use("append", ["country", "month(day)"])
    many = [[100 + number, "DE", "2026-01-02", "1.00", number % 7] for number in range(3000)]
    table.deliver([*ROWS, *many])
    first = table.run()
    table.deliver([[4, "IT", "2026-05-05", "4.00", 4]])
    table.run()
    snapshot = table.ledger.table().snapshots()[0].snapshot_id

    found, before, files, *_ = spark(
        table,
        f"{ALL} WHERE id < 100",
        f"{ALL} VERSION AS OF {snapshot} WHERE id < 100",
        "SELECT count(*) FROM other.d.t.files",
        MERGE_ON_READ,
        "DELETE FROM other.d.t WHERE id = 100",
        "UPDATE other.d.t SET amount = 9.99 WHERE id = 1",
        "INSERT INTO other.d.t VALUES (7, 'D E/%ü', DATE'2026-02-03', 7.00, 7)",
    )
    assert text(found) == text([*ROWS, [4, "IT", "2026-05-05", "4.00", 4]])
    assert text(before) == text(ROWS)
    assert files == [[4]]

    changed = [[1, "DE", "2026-01-02", "9.99", 1], *ROWS[1:], [4, "IT", "2026-05-05", "4.00", 4]]
    changed += [[7, "D E/%ü", "2026-02-03", "7.00", 7]]
    snapshot = table.ledger.snapshot()
    assert [entry.operation for entry in table.ledger.entries(after=2)] == ["foreign"] * 3
    assert snapshot.rows == len(changed) + 2999
    assert read(table) == text([*changed, *many[1:]])
    assert table.ledger.snapshot(1).rows == first.snapshot.rows

    rollback(table.job, table.world, "2")
    assert table.rows() == text([*ROWS, *many, [4, "IT", "2026-05-05", "4.00", 4]])
    rollback(table.job, table.world, str(snapshot.seq))
    assert table.rows() == text([*changed, *many[1:]])
    assert not verify(table.job, table.world).damage

    table.deliver([[8, "FR", None, None, 8]])
    report = table.run()
    assert report.snapshot.rows == len(changed) + 3000
    assert table.rows() == text([*changed, *many[1:], [8, "FR", None, None, 8]])

    found, *_ = spark(
        table,
        f"{ALL} WHERE id < 100",
        "CALL other.system.rewrite_data_files(table => 'd.t', options => map('rewrite-all', 'true'))",
        "CALL other.system.rewrite_manifests('d.t')",
    )
    assert text(found) == text([*changed, [8, "FR", None, None, 8]])
    assert {entry.operation for entry in table.ledger.entries(after=report.snapshot.seq)} == {"foreign rewrite"}
    assert table.ledger.snapshot().rows == report.snapshot.rows
    assert read(table) == text([*changed, *many[1:], [8, "FR", None, None, 8]])
    assert table.run().outcome == "nothing new"


def read(table):
    """The rows as this library reads them: from the files that its ledger names."""
    import pyarrow.parquet as pq

    ledger, rows = table.ledger, []
    for one in ledger.snapshot().partitions.values():
        for file in one.files:
            rows += pq.ParquetFile(ledger.layout.path(file.path)).read().to_pylist()
    return text([list(row.values()) for row in rows])
