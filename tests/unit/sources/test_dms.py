"""Which files of a DMS folder are read, in which order, and what their columns are."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mesh_etl.contract.types import Field, parse
from mesh_etl.sources import Dms, SourceContext


@pytest.fixture
def context(tmp_path):
    schema = (Field("id", parse("int")), Field("_op", parse("varchar(1)")))
    return SourceContext(
        root=tmp_path,
        schema=schema,
        required=frozenset(),
        evolved=frozenset(),
        where=lambda *_: "",
        ledger=str,
        seen={},
    )


@pytest.fixture
def folder(tmp_path):
    for name in ("LOAD0000000B.csv", "LOAD00000002.csv", "2024/03/16/20240316-100000123.csv", "20230101-000000000.csv"):
        path = tmp_path / "t" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1\n")
    return tmp_path / "t"


@pytest.mark.parametrize("path", ["t", "t/", "t/**/*"])
def test_files_are_in_the_order_of_their_rows(context, folder, path):
    opened = Dms(path=path, operation="_op").open(context)
    assert [file.path[len(str(folder)) + 1 :] for file in opened.files] == [
        "LOAD00000002.csv", "LOAD0000000B.csv", "20230101-000000000.csv", "2024/03/16/20240316-100000123.csv"
    ]  # fmt: skip
    assert [opened.headers[file.path] for file in opened.files] == [("id",), ("id",), ("Op", "id"), ("Op", "id")]
    assert [dict(file.constants) for file in opened.files] == [{"_op": "I"}, {"_op": "I"}, {}, {}]


def test_one_file_can_be_named(context, folder):
    opened = Dms(path="t/LOAD00000002.csv", operation="_op", full_load_operation="L").open(context)
    assert [(file.constants) for file in opened.files] == [(("_op", "L"),)]


def test_a_folder_in_s3_is_read_with_all_below_it(context, s3):
    for name in ("2024/01/02/20240102-100000123.csv", "LOAD00000001.csv", "_tmp"):
        s3.put_object(Bucket="lake", Key=f"shop/orders/{name}", Body=b"1\n")
    s3.put_object(Bucket="lake", Key="shop/orders2/LOAD00000001.csv", Body=b"1\n")
    opened = Dms(path="s3://lake/shop/orders/").open(context)
    assert [file.path.removeprefix("s3://lake/shop/orders/") for file in opened.files] == [
        "LOAD00000001.csv",
        "2024/01/02/20240102-100000123.csv",
    ]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"operation": "x", "sequence": "x"}, "operation and sequence are one column"),
        ({"delimiter": '"'}, "the delimiter is the quote already"),
        ({"delimiter": "\n"}, "must be an ASCII character"),
        ({"quote": "'"}, "Input should be"),
        ({"full_load_operation": "X"}, "Input should be 'I' or 'L'"),
        ({"format": "json"}, "Input should be 'csv' or 'parquet'"),
    ],
)
def test_a_source_that_cannot_work_is_refused(options, problem):
    with pytest.raises(ValidationError, match=problem):
        Dms(**{"path": "t", **options})
