"""Files registered as they are: what is read of each, and how often."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pytest

from mesh_etl.errors import RunError
from mesh_etl.kernels.objects.media_types import media_type
from mesh_etl.kernels.objects.reader import BATCH_FILES, ObjectsReader
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL, InputFile, LocalStore, Noted


@dataclass(frozen=True)
class Shelf(LocalStore):
    """Keeps notes with its files, and opens none."""

    def noted(self, file):
        return Noted(1_700_000_000_123_456, (("author", "x"), ("lang", "de")))

    def open(self, file):
        raise AssertionError("no byte is needed")


def _items(files):
    return [WorkItem(number, "source", file, 0, file.size) for number, file in enumerate(files)]


def test_a_file_is_read_for_its_checksum_in_small_pieces(see, schema):
    content = bytes(range(256)) * 20_000
    seen = see(ObjectsReader(schema("sha256 string, size bigint")), content)
    assert seen.rows == [{"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}]


def test_facts_that_the_storage_has_need_no_byte(schema):
    reader = ObjectsReader(
        schema("at timestamp, notes map<string,string>, path string"), {"at": "modified", "notes": "metadata"}
    )
    [parsed] = reader.parse(*_items([InputFile("shelf/x", 9, "v", Shelf())]))
    [row] = parsed.batch.to_pylist()
    assert row["at"].isoformat() == "2023-11-14T22:13:20.123456+00:00"
    assert (row["notes"], row["path"]) == ([("author", "x"), ("lang", "de")], "shelf/x")


def test_many_files_are_one_bundle_with_a_share_for_each(schema):
    names = [f"shelf/{number}" for number in range(BATCH_FILES)] + ["shelf/\x07", "shelf/last"]
    items = _items([InputFile(name, 1, "v", Shelf()) for name in names])
    parsed = list(ObjectsReader(schema("name string")).bundles(items))
    assert [one.read for one in parsed] == [BATCH_FILES, 2]
    shares = [share for one in parsed for share in one.shares]
    assert [share.item for share in shares] == [item.number for item in items]
    assert all((share.rows, share.rejects, share.read) == (1, 0, 1) for share in shares if share.item != BATCH_FILES)
    assert [(share.rows, share.rejects) for share in shares if share.item == BATCH_FILES] == [(0, 1)]
    assert sum(one.batch.num_rows for one in parsed) == BATCH_FILES + 1


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, schema):
    (tmp_path / "x").write_bytes(b"12345")
    item = WorkItem(0, "source", InputFile(str(tmp_path / "x"), 4, "v", LOCAL), 0, 4)
    with pytest.raises(RunError) as raised:
        list(ObjectsReader(schema("sha256 string")).parse(item))
    assert (raised.value.code, raised.value.retryable) == ("INPUT_CHANGED", True)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.4", "x.docx", "application/pdf"),
        (b"PK\x03\x04", "x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04", "x.pdf", "application/zip"),
        (b"RIFF\0\0\0\0WAVE", "x", "audio/wav"),
        (b"\0" * 257 + b"ustar", "x", "application/x-tar"),
        (b"\xef\xbb\xbf<?XML version", "x", "application/xml"),
        (b"a,b\n", "X.CSV", "text/csv"),
        (b"a,b\n", "csv", "application/octet-stream"),
        (b"", "", "application/octet-stream"),
    ],
)
def test_content_comes_before_the_name(head, name, kind):
    assert media_type(head, name) == kind
