"""Files and objects registered as they are, with what their storage knows of them."""

from __future__ import annotations

import datetime
import hashlib

import pytest

from mesh_etl.contract.types import Field, parse
from mesh_etl.errors import PlanError, RunError
from mesh_etl.sources import Objects, SourceContext

ALL = (
    "path string, name string, size bigint, content_type string, sha256 string, modified timestamp, "
    "metadata map<string,string>"
)


@pytest.fixture
def context(tmp_path):
    def build(seen=None, columns=""):
        fields = [one.split(" ") for one in columns.split(", ")] if columns else []
        schema = tuple(Field(name, parse(kind)) for name, kind in fields) or None
        return SourceContext(
            root=tmp_path,
            schema=schema,
            required=frozenset(),
            evolved=frozenset(),
            where=lambda *_: "",
            ledger=str,
            seen=seen or {},
        )

    return build


def rows(opened):
    return [
        row for item in opened.items("source", 0) for one in opened.reader.parse(item) for row in one.batch.to_pylist()
    ]


def test_an_object_has_the_facts_that_s3_keeps(context, s3):
    body = b"%PDF-1.7" + bytes(100)
    s3.put_object(Bucket="lake", Key="in/a b+ä.pdf", Body=body, Metadata={"author": "x", "batch": "7"})
    s3.put_object(Bucket="lake", Key="in/sub/b", Body=b"")
    [first, second] = rows(Objects(path="s3://lake/in/**/*").open(context(columns=ALL)))
    moment = first.pop("modified")
    assert first == {
        "path": "s3://lake/in/a b+ä.pdf",
        "name": "a b+ä.pdf",
        "size": 108,
        "content_type": "application/pdf",
        "sha256": hashlib.sha256(body).hexdigest(),
        "metadata": [("author", "x"), ("batch", "7")],
    }
    assert abs(moment - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)
    assert (second["name"], second["size"], second["metadata"]) == ("b", 0, None)


@pytest.mark.parametrize("fact", ["sha256", "modified"])
def test_an_object_that_was_replaced_since_is_refused(context, s3, fact):
    s3.put_object(Bucket="lake", Key="x", Body=b"1")
    opened = Objects(path="s3://lake/x", columns={"fact": fact}).open(context())
    s3.put_object(Bucket="lake", Key="x", Body=b"2")
    with pytest.raises(RunError) as raised:
        rows(opened)
    assert (raised.value.code, raised.value.retryable) == ("INPUT_CHANGED", True)


def test_a_file_has_the_moment_at_which_it_was_written(context, tmp_path):
    (tmp_path / "x").write_text("1")
    [row] = rows(Objects(path="x").open(context()))
    written = datetime.datetime.fromtimestamp((tmp_path / "x").stat().st_mtime, datetime.UTC)
    assert abs(row["modified"] - written) < datetime.timedelta(milliseconds=1)
    assert list(row) == ["path", "name", "size", "content_type", "sha256", "modified", "metadata"]


def test_files_that_were_registered_before_are_left_out(context, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("")
    files = Objects(path=("a", "b", "?")).open(context()).files
    assert [one.path for one in files] == [str(tmp_path / "a"), str(tmp_path / "b")]
    opened = Objects(path="?").open(context({files[0].path: files[0].version}))
    assert ([one.path for one in opened.files], opened.skipped) == ([files[1].path], 1)
    with pytest.raises(PlanError) as raised:
        Objects(path="?").open(context({files[0].path: "mtime:1"}))
    assert raised.value.code == "INPUT_CHANGED"
