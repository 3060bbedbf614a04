"""What a table becomes when deliveries change: columns that are left out, missing, new or wider."""

from __future__ import annotations

import pytest

from mesh_etl.errors import PlanError

FIRST = {"columns": {"id": "int", "price": "decimal(5,2)"}, "rows": [[1, "1.25"]]}
SECOND = {
    "columns": {"id": "bigint", "price": "decimal(7,3)", "note": "string"},
    "rows": [[3_000_000_000, "2.125", "x"]],
}
CONTRACT = {"columns": {"id": "int", "price": "decimal(5,2)"}}


def job(drift, mode="append", **source):
    return {"source": {"type": "parquet", "path": "in", "drift": drift, **source}, "target": {"mode": mode}}


@pytest.fixture
def grown(project):
    """A table that has taken over a new column and wider types with its second delivery."""
    made = project()
    made.put({"in/a.parquet": FIRST})
    made.define("it", CONTRACT, job("evolve"))
    made.run("it")
    made.put({"in/b.parquet": SECOND})
    return made, made.run("it")


def test_a_table_takes_over_new_optional_columns_and_wider_types(grown, table_rows):
    _, report = grown
    assert table_rows(report) == [[1, "1.25", None], [3000000000, "2.125", "x"]]
    assert [(one.name, one.type, one.added) for one in report.entry.evolved] == [
        ("id", "bigint", False), ("price", "decimal(7,3)", False), ("note", "string", True)
    ]  # fmt: skip
    assert dict(report.entry.columns) == {"id": "bigint", "price": "decimal(7,3)", "note": "string"}


def test_what_was_taken_over_stays_until_the_contract_says_it(grown, table_rows):
    made, _ = grown
    assert made.run("it").outcome == "nothing new"
    made.put({"in/c.parquet": FIRST | {"rows": [[7, "7.00"]]}})
    report = made.run("it")
    assert len(report.entry.evolved) == 3
    assert table_rows(report)[-1] == [7, "7.000", None] or [7, "7.00", None] in table_rows(report)
    made.define("it", {"columns": {"id": "bigint", "price": "decimal(7,3)", "note": "string"}}, job("evolve"))
    made.put({"in/d.parquet": SECOND | {"rows": [[8, "8.000", "y"]]}})
    assert made.run("it").entry.evolved == ()


def test_columns_that_the_job_lists_grow_as_well(project, table_rows):
    made = project()
    made.define("it", CONTRACT, job("evolve", type="csv", columns={"id": "nr", "price": "price"}))
    for name, text in {
        "a": "nr,price,note\n1,1.00,x\n",
        "b": "nr,price\n2,2.00\n",
        "c": "nr,price,note\n3,3.00,y\n",
    }.items():
        made.put({f"in/{name}.csv": text})
        report = made.run("it")
    assert table_rows(report) == [[1, "1.00", "x"], [2, "2.00", None], [3, "3.00", "y"]]


def test_a_project_that_has_moved_knows_what_it_has_read(project, tmp_path):
    made = project()
    made.put({"in/a.csv": "id,price\n1,1.00\n"})
    made.define("it", CONTRACT, job("fail", type="csv"))
    assert made.run("it").entry.inputs[0].path == "in/a.csv"
    made.root = made.root.rename(tmp_path / "moved")
    assert made.run("it").outcome == "nothing new"


def test_growing_is_not_undone_by_turning_it_off(grown):
    made, _ = grown
    made.define("it", CONTRACT, job("fail"))
    made.put({"in/c.parquet": FIRST | {"rows": [[7, "7.00"]]}})
    with pytest.raises(PlanError) as raised:
        made.run("it")
    assert {fault.code for fault in raised.value.faults} >= {
        "CONTRACT_BREAKING"
    } or raised.value.code == "TYPE_MISMATCH"


@pytest.mark.parametrize(
    ("columns", "row", "code"),
    [
        ({"id": "string", "price": "decimal(5,2)"}, ["1", "1.00"], "TYPE_MISMATCH"),
        ({"id": "double", "price": "decimal(5,2)"}, [1.5, "1.00"], "TYPE_MISMATCH"),
        ({"id": "int", "price": "decimal(5,3)"}, [1, "1.000"], "TYPE_MISMATCH"),
        ({"id": "int"}, [1], "COLUMN_MISSING"),
        ({"id": "int", "price": "decimal(5,2)", "Größe": "int"}, [1, "1.00", 1], "COLUMN_UNEXPECTED"),
    ],
)
def test_nothing_else_evolves(project, columns, row, code):
    made = project()
    made.put({"in/a.parquet": {"columns": columns, "rows": [row]}})
    made.define("it", CONTRACT, job("evolve"))
    with pytest.raises(PlanError) as raised:
        made.run("it")
    assert raised.value.code == code


def test_columns_are_left_out_or_null_and_both_are_counted(project, table_rows):
    made = project()
    made.put(
        {"in/a.csv": "id,more\n1,x\n", "in/b.csv": "price,id\n1.50,2\n", "in/c.csv": "id,price,more,other\n3,,x,y\n"}
    )
    made.define("it", CONTRACT, job("ignore", type="csv"))
    report = made.run("it")
    assert table_rows(report) == [[1, None], [2, "1.50"], [3, None]]
    drift = report.entry.drift["source"]
    assert (drift.ignored, drift.missing) == ({"more": 2, "other": 1}, {"price": 1})


def test_a_new_column_of_a_format_without_types_is_text(project, table_rows):
    made = project()
    made.put({"in/a.csv": "id,price,more\n1,1.00,007\n"})
    made.define("it", CONTRACT, job("evolve", type="csv"))
    report = made.run("it")
    assert table_rows(report) == [[1, "1.00", "007"]]
    assert [(one.name, one.type) for one in report.entry.evolved] == [("more", "string")]


def test_a_required_column_is_never_null(project):
    made = project()
    made.put({"in/a.csv": "price\n1.00\n"})
    made.define(
        "it",
        {"columns": {"price": "decimal(5,2)"}, "properties": [{"name": "id", "physicalType": "int", "required": True}]},
        job("ignore", type="csv"),
    )
    with pytest.raises(PlanError) as raised:
        made.run("it")
    assert raised.value.code == "COLUMN_MISSING"


def test_only_the_main_source_has_a_contract_to_evolve(project):
    made = project()
    made.put({"in/a.parquet": FIRST, "other.csv": "id,k\n1,2\n"})
    other = {"type": "csv", "path": "other.csv", "drift": "evolve", "columns": {"id": {"type": "int"}}}
    step = {"type": "join", "with": "other", "on": ["id"], "how": "left"}
    made.define("it", CONTRACT, job("fail") | {"inputs": {"other": other}, "transforms": [step]})
    with pytest.raises(PlanError) as raised:
        made.run("it")
    assert raised.value.code == "DRIFT_UNFIT"


def test_comments_are_no_records_and_are_counted(project, table_rows):
    made = project()
    made.put({"in/a.csv": "# made by hand\nid,price\n# one\n1,1.00\n# two\n", "in/b.csv": "id,price\n2,2.00\n"})
    made.define("it", CONTRACT, job("fail", type="csv", comment="#"))
    report = made.run("it")
    assert table_rows(report) == [[1, "1.00"], [2, "2.00"]]
    assert [(one.path, one.read, one.comments) for one in report.entry.inputs] == [
        ("in/a.csv", 1, 2),
        ("in/b.csv", 1, 0),
    ]
