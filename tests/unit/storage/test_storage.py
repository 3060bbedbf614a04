"""What every storage promises, on a disk and in S3."""

from __future__ import annotations

import datetime
import pickle
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_etl.storage import LocalStorage, storage_of
from mesh_etl.storage.s3 import S3Storage


@pytest.fixture(params=["local", "s3"])
def place(request, tmp_path):
    """A storage, and the root of a table in it."""
    if request.param == "s3":
        request.getfixturevalue("s3")
        return storage_of("s3://lake/w/d/it"), "s3://lake/w/d/it"
    return storage_of(str(tmp_path)), str(tmp_path)


def _put(storage, path, content):
    with storage.writing(path) as local:
        Path(local).write_bytes(content)


def test_a_root_says_which_storage_it_is_in(place):
    storage, root = place
    assert isinstance(storage, S3Storage if "://" in root else LocalStorage)
    assert pickle.loads(pickle.dumps(storage)) == storage


def test_an_object_is_created_once(place):
    storage, root = place
    path = f"{root}/_ledger/1.json"
    assert storage.read(path) is None
    assert storage.create(path, b"first")
    assert not storage.create(path, b"second")
    assert storage.read(path) == b"first"


def test_of_many_who_create_one_object_one_does(place):
    storage, root = place
    barrier, won = threading.Barrier(8), []

    def create(number):
        barrier.wait()
        if storage.create(f"{root}/_ledger/1.json", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(won) == 1
    assert storage.read(f"{root}/_ledger/1.json") == b"%d" % won[0]


def test_names_are_those_of_a_folder_and_come_in_order(place):
    storage, root = place
    for name in ("b", "a", "c/d", "c/e", "ä"):
        _put(storage, f"{root}/in/{name}", b"x")
    _put(storage, f"{root}/in2/z", b"x")
    assert storage.names(f"{root}/in") == ["a", "b", "c", "ä"]
    assert storage.names(f"{root}/in", "b") == ["c", "ä"]
    assert storage.names(f"{root}/in", "aa") == ["b", "c", "ä"]
    assert storage.names(f"{root}/nothing") == []


def test_names_and_walks_go_on_where_a_page_ends(place, monkeypatch):
    storage, root = place
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "5")  # 1000 on AWS
    for number in range(23):
        _put(storage, f"{root}/in/{number:04}/x", b"")
    assert storage.names(f"{root}/in") == [f"{number:04}" for number in range(23)]
    assert storage.names(f"{root}/in", "0020") == ["0021", "0022"]
    assert len(list(storage.walk(f"{root}/in"))) == 23


def test_a_walk_finds_every_object_with_its_size_and_moment(place):
    storage, root = place
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=5)
    for name, size in (("data/t/k=1/b", 3), ("data/t/a", 0), ("data/t/k=2/c", 7)):
        _put(storage, f"{root}/{name}", b"x" * size)
    found = list(storage.walk(f"{root}/data"))
    assert {(one.path, one.size) for one in found} == {
        (f"{root}/data/t/k=1/b", 3),
        (f"{root}/data/t/a", 0),
        (f"{root}/data/t/k=2/c", 7),
    }
    assert all(before < one.modified <= datetime.datetime.now(datetime.UTC) for one in found)
    assert list(storage.walk(f"{root}/nothing")) == []


def test_what_is_written_is_there_at_the_end_of_the_block(place):
    storage, root = place
    with storage.writing(f"{root}/data/k=a%2Fb c/x.parquet") as local:
        pq.write_table(pa.table({"n": range(1000)}), local)
        size = Path(local).stat().st_size
    with storage.open(f"{root}/data/k=a%2Fb c/x.parquet") as source:
        assert source.size() == size
        assert pq.read_table(source).num_rows == 1000


@pytest.mark.parametrize("private", [False, True])
def test_nothing_is_left_of_what_was_not_written_to_the_end(place, private):
    storage, root = place

    def write():
        with storage.writing(f"{root}/data/x", private) as local:
            Path(local).write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert list(storage.walk(root)) == []


def test_a_carried_object_stays_when_the_first_goes(place):
    storage, root = place
    _put(storage, f"{root}/data/1/k=a%2Fb c/x", b"content")
    storage.carry(f"{root}/data/1/k=a%2Fb c/x", f"{root}/data/2/k=a%2Fb c/x")
    storage.remove(f"{root}/data/1")
    assert storage.read(f"{root}/data/2/k=a%2Fb c/x") == b"content"
    assert [one.path for one in storage.walk(f"{root}/data")] == [f"{root}/data/2/k=a%2Fb c/x"]


@pytest.mark.parametrize("size", [0, 1, 300_000, 9_000_000])
def test_an_object_is_read_from_any_place(place, size):
    storage, root = place
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    _put(storage, f"{root}/x", content)
    assert storage.read(f"{root}/x") == content
    if not size:
        return
    pinned = storage.file(f"{root}/x", size, address="elsewhere")
    assert pinned.path == "elsewhere"
    for source in (storage.open(f"{root}/x"), pinned.native(), pinned.open()):
        with source:
            for start in (0, size // 2, max(0, size - 10), min(5, size)):
                source.seek(start)
                assert source.read(1000) == content[start : start + 1000]


def test_a_missing_object_is_told_by_its_path(place):
    storage, root = place
    with pytest.raises(FileNotFoundError):
        storage.open(f"{root}/x")


def test_an_object_or_a_folder_is_removed_and_nothing_beside(place):
    storage, root = place
    for name in ("a", "a2", "b/c", "b/d/e", "bb/f"):
        _put(storage, f"{root}/{name}", b"")
    storage.remove(f"{root}/a")
    storage.remove(f"{root}/b")
    storage.remove(f"{root}/nothing")
    assert sorted(one.path for one in storage.walk(root)) == [f"{root}/a2", f"{root}/bb/f"]
