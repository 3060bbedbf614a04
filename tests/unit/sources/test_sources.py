"""What a source is refused for when it is read from a job, and which files it pins."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from pydantic import ValidationError

from mesh_etl.contract.types import Field, parse
from mesh_etl.errors import PlanError
from mesh_etl.sources import Csv, Json, SourceContext, Table


@pytest.fixture
def context(tmp_path):
    def build(columns="id bigint", seen=MappingProxyType({})):
        fields = [one.split(" ") for one in columns.split(", ")] if columns else None
        schema = tuple(Field(name, parse(kind)) for name, kind in fields) if fields else None

        def where(*loc):
            return "job.yaml:" + ".".join(map(str, loc))

        def ledger(product):
            raise AssertionError("no table is read")

        return SourceContext(tmp_path, schema, frozenset(), frozenset(), where, ledger, seen)

    return build


@pytest.fixture
def files(tmp_path):
    for name in ("a.csv", "b.csv", ".hidden.csv", "_SUCCESS"):
        (tmp_path / name).write_text("id\n1\n")
    (tmp_path / "sub.csv").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"delimiter": "§"}, "must be an ASCII character"),
        ({"delimiter": "\n"}, "must be an ASCII character"),
        ({"quote": "„"}, "must be an ASCII character"),
        ({"delimiter": '"'}, "is the delimiter already"),
        ({"delimiter": "'", "quote": "'"}, "is the delimiter already"),
        ({"delimiter": ";;"}, "at most 1 character"),
        ({"timezone": "Europe/Berln"}, "did you mean 'Europe/Berlin'"),
        ({"timezone": "../etc"}, "is no time zone"),
        ({"columns": {"a": {"type": "integr"}}}, "'integr' is not a type"),
        ({"path": ""}, "at least 1 character"),
    ],
)
def test_a_csv_source_that_cannot_work_is_refused(options, problem):
    with pytest.raises(ValidationError, match=problem):
        Csv(**{"path": "x.csv", **options})


def test_a_json_source_has_the_same_zones():
    assert Json(path="x", timezone="Europe/Berlin").timezone == "Europe/Berlin"
    with pytest.raises(ValidationError, match="is no time zone"):
        Json(path="x", timezone="Mars/Olympus")


@pytest.mark.parametrize("product", ["orders", "Sales.orders", "sales.orders.x", "../x.y"])
def test_a_table_source_names_a_product(product):
    with pytest.raises(ValidationError):
        Table(product=product)


@pytest.mark.parametrize(
    ("path", "names"),
    [("a.csv", ["a.csv"]), ("*.csv", ["a.csv", "b.csv"]), (".", ["a.csv", "b.csv"]), ("[b-z].csv", ["b.csv"])],
)
def test_a_path_is_a_file_a_folder_or_a_pattern(context, files, path, names):
    opened = Csv(path=path).open(context())
    assert [one.path for one in opened.files] == [str(files / name) for name in names]
    assert all(one.size == 5 and one.version.startswith("mtime:") for one in opened.files)


def test_files_that_were_read_before_are_left_out(context, files):
    source = Csv(path="*.csv")
    first = source.open(context()).files[0]
    opened = source.open(context(seen={first.path: first.version}))
    assert [one.path for one in opened.files] == [str(files / "b.csv")]
    assert opened.skipped == 1
    with pytest.raises(PlanError) as raised:
        source.open(context(seen={first.path: "mtime:1"}))
    assert (raised.value.code, raised.value.faults[0].where) == ("INPUT_CHANGED", first.path)


def test_items_are_numbered_on_over_all_files(context, files):
    items = Csv(path="*.csv").open(context()).items("source", 5)
    assert [(item.number, item.input, item.start, item.end, item.header) for item in items] == [
        (5, "source", 0, 5, ("id",)), (6, "source", 0, 5, ("id",))
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["ftp://x/x.csv", "https://x/y.csv"])
def test_a_path_that_is_no_storage_is_refused(context, path):
    with pytest.raises(PlanError) as raised:
        Csv(path=path).open(context())
    assert (raised.value.code, raised.value.faults[0].where) == ("UNSUPPORTED_PATH", "job.yaml:path")


def test_all_faults_of_all_files_are_reported_together(context, tmp_path):
    (tmp_path / "a.csv").write_text("id,y,y\n")
    (tmp_path / "b.csv").write_text("id,more\n")
    with pytest.raises(PlanError) as raised:
        Csv(path="*.csv").open(context("id bigint, name string"))
    assert [(one.code, one.where.rpartition("/")[2]) for one in raised.value.faults] == [
        ("COLUMN_MISSING", "a.csv"),
        ("COLUMN_UNEXPECTED", "a.csv"),
        ("COLUMN_DUPLICATE", "a.csv"),
        ("COLUMN_MISSING", "b.csv"),
        ("COLUMN_UNEXPECTED", "b.csv"),
    ]


def test_an_input_without_a_contract_lists_typed_columns(context, files):
    with pytest.raises(PlanError, match="an input without a contract needs columns"):
        Csv(path="a.csv").open(context(""))
    with pytest.raises(PlanError, match="is not in the contract and has no type"):
        Csv(path="a.csv", columns={"id": "id"}).open(context(""))
    opened = Csv(path="a.csv", columns={"key": {"from": "id", "type": "int"}}).open(context(""))
    assert opened.reader.schema == (Field("key", parse("int")),)
