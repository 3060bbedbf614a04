"""Mode append over another product's table: each row is read once, and what was replaced upstream never comes twice."""

from __future__ import annotations

import pytest

from mesh_etl.errors import PlanError

COLUMNS = {"id": "int", "k": "string"}
UPSTREAM = {"mode": "append", "partition_by": ["k"]}


@pytest.fixture
def mesh(project):
    """Product `base`, into which `add` brings rows, and product `it`, which appends the rows of `base`."""
    made = project()

    def add(number, rows, mode=UPSTREAM):
        made.put({f"{number}.parquet": {"columns": COLUMNS, "rows": rows}})
        source = {"type": "parquet", "path": f"{number}.parquet"}
        made.define("base", {"columns": COLUMNS}, {"source": source, "target": mode})
        return made.run("base")

    def append(**source):
        source = {"type": "table", "product": "d.base", **source}
        made.define("it", {"columns": COLUMNS}, {"source": source, "target": {"mode": "append"}})
        return made.run("it")

    made.add, made.append = add, append
    return made


def test_only_rows_that_were_added_since_are_read(mesh, table_rows):
    mesh.add(1, [[1, "a"], [2, "b"]])
    assert table_rows(mesh.append()) == [[1, "a"], [2, "b"]]
    assert mesh.append().outcome == "nothing new"
    mesh.add(2, [[3, "a"]])  # carries the file with row 1 into a new folder
    mesh.add(3, [[4, "c"], [5, "a"]])
    report = mesh.append()
    assert table_rows(report) == [[1, "a"], [2, "b"], [3, "a"], [4, "c"], [5, "a"]]
    assert report.entry.counts.read == 3
    assert mesh.append().outcome == "nothing new"


def test_versions_are_read_one_after_the_other(mesh, table_rows):
    for number in (1, 2, 3):
        mesh.add(number, [[number, "a"]])
    assert table_rows(mesh.append(version=1)) == [[1, "a"]]
    assert table_rows(mesh.append(between={"after": 1, "until": 2})) == [[1, "a"], [2, "a"]]
    assert table_rows(mesh.append(between={"after": 0})) == [[1, "a"], [2, "a"], [3, "a"]]
    with pytest.raises(PlanError, match=r"version 2 of d\.base lacks rows that this job has read before") as raised:
        mesh.append(version=2)
    assert raised.value.code == "CHANGES_UNKNOWN"


@pytest.mark.parametrize("mode", ["replace", "replace_partitions"])
def test_rows_that_were_replaced_upstream_are_not_added_again(mesh, mode):
    mesh.add(1, [[1, "a"], [2, "b"]])
    mesh.append()
    mesh.add(2, [[1, "a"]], {**UPSTREAM, "mode": mode})
    mesh.add(3, [[3, "a"]])
    with pytest.raises(PlanError, match=r"version 2 of d\.base replaced rows that this job has read before") as raised:
        mesh.append()
    assert raised.value.code == "CHANGES_UNKNOWN"


def test_rows_that_were_replaced_before_they_were_read_do_no_harm(mesh, table_rows):
    mesh.add(1, [[1, "a"]])
    mesh.append()
    mesh.add(2, [[2, "b"]])
    mesh.add(3, [[3, "b"]], {**UPSTREAM, "mode": "replace_partitions"})
    assert table_rows(mesh.append()) == [[1, "a"], [3, "b"]]
