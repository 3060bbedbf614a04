"""What sources of typed files compare before they read, and what they need for it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from mesh_etl.contract.types import Field, parse
from mesh_etl.errors import PlanError
from mesh_etl.sources import Avro, Excel, Orc, Parquet, SourceContext


@pytest.fixture
def context(tmp_path):
    def build(**columns):
        schema = tuple(Field(name, parse(kind)) for name, kind in columns.items())

        def where(*loc):
            return "job.yaml:" + ".".join(map(str, loc))

        def ledger(product):
            raise AssertionError("no table is read")

        return SourceContext(tmp_path, schema, frozenset(), frozenset(), where, ledger, {})

    return build


def test_avro_says_what_to_install(context, monkeypatch):
    monkeypatch.setattr("mesh_etl.sources.avro.find_spec", lambda name: None)
    with pytest.raises(PlanError, match=r"pip install 'mesh_etl\[avro\]'") as raised:
        Avro(path="x.avro").open(context(id="int"))
    assert raised.value.code == "PACKAGE_MISSING"


@pytest.mark.parametrize("source", [Avro, Excel, Orc, Parquet])
def test_all_files_that_are_something_else_are_named(context, tmp_path, source):
    for name in ("a.x", "b.x"):
        (tmp_path / name).write_text("id\n1\n")
    with pytest.raises(PlanError) as raised:
        source(path="*.x").open(context(id="int"))
    assert [(one.code, one.where.rpartition("/")[2]) for one in raised.value.faults] == [
        ("NOT_THIS_FORMAT", "a.x"),
        ("NOT_THIS_FORMAT", "b.x"),
    ]


def test_a_column_of_null_fits_any_type_but_is_no_new_column(context, tmp_path):
    pq.write_table(pa.table({"id": [1], "a": pa.nulls(1)}), tmp_path / "x.parquet")
    opened = Parquet(path="x.parquet").open(context(id="bigint", a="struct<x:int>"))
    assert [column.name for column in opened.reader.schema] == ["id", "a"]
    with pytest.raises(PlanError, match="the new column 'a' is null") as raised:
        Parquet(path="x.parquet", drift="evolve").open(context(id="bigint"))
    assert raised.value.code == "TYPE_MISMATCH"


def test_fields_that_differ_are_counted_by_file(context, tmp_path):
    kind = pa.struct([("b", pa.int32()), ("c", pa.int32())])
    for name in ("x.parquet", "y.parquet"):
        pq.write_table(pa.table({"who": pa.array([{"b": 1, "c": 2}], kind)}), tmp_path / name)
    opened = Parquet(path="*.parquet", drift="ignore").open(context(who="struct<a:int,b:int>"))
    assert opened.drift.ignored == {"who.c": 2}
    assert opened.drift.missing == {"who.a": 2}


def test_a_struct_does_not_evolve(context, tmp_path):
    pq.write_table(pa.table({"who": pa.array([{"a": 1, "b": 2}])}), tmp_path / "x.parquet")
    with pytest.raises(PlanError) as raised:
        Parquet(path="x.parquet", drift="evolve").open(context(who="struct<a:bigint>"))
    assert raised.value.code == "COLUMN_UNEXPECTED"


@pytest.mark.parametrize("text", ["B3", "B3-C4", "b3:c4", "3:4", "$B$3:C4", "B0:C4"])
def test_a_range_that_is_none_is_refused(text):
    with pytest.raises(ValidationError, match="is no range of cells"):
        Excel(path="x.xlsx", range=text)


@pytest.mark.parametrize("options", [{"range": "C3:B9"}, {"range": "B9:C3"}, {"range": "A5:B9", "header_row": 4}])
def test_a_range_without_its_header_is_refused(context, options):
    with pytest.raises(PlanError) as raised:
        Excel(path="x.xlsx", **options).open(context(id="int"))
    assert (raised.value.code, raised.value.faults[0].where) == ("RANGE_UNFIT", "job.yaml:range")
