"""What the commit protocol is promised by a local folder."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mesh_etl.errors import RunError
from mesh_etl.storage import LocalStorage, OutcomeUnknown, faults


def test_an_object_is_created_once(tmp_path):
    path = str(tmp_path / "new" / "folder" / "a.json")
    assert LocalStorage().create(path, b"first")
    assert not LocalStorage().create(path, b"second")
    assert LocalStorage().read(path) == b"first"
    assert LocalStorage().names(str(Path(path).parent)) == ["a.json"]


def test_one_thread_wins(tmp_path):
    path, storage = str(tmp_path / "a.json"), LocalStorage()
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda number: storage.create(path, f"{number}".encode() * 1000), range(40)))
    assert sum(won) == 1
    assert storage.read(path) == f"{won.index(True)}".encode() * 1000
    assert storage.names(str(tmp_path)) == ["a.json"]


def test_one_process_wins(tmp_path):
    names = [str(tmp_path / f"{number}.json") for number in range(20)]
    work = [(name, f"{writer}".encode()) for name in names for writer in range(3)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        won = pool.starmap(LocalStorage().create, work, chunksize=1)
    winners = {
        name: [content for (path, content), ok in zip(work, won, strict=True) if ok and path == name] for name in names
    }
    assert {name: [Path(name).read_bytes()] for name in names} == winners


def test_content_is_on_the_disk_before_its_name_is_and_the_name_before_the_answer(tmp_path, monkeypatch):
    steps = []
    sync, link = os.fsync, os.link

    def synced(handle):
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "content")
        sync(handle)

    def linked(source, target, **options):
        steps.append("name")
        link(source, target, **options)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    assert LocalStorage().create(str(tmp_path / "a.json"), b"x")
    assert steps == ["content", "name", "folder"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "DISK_FULL"),
        (errno.EDQUOT, "DISK_FULL"),
        (errno.EROFS, "READ_ONLY"),
        (errno.EACCES, "PERMISSION_DENIED"),
        (errno.ENAMETOOLONG, "STORAGE_FAILED"),
    ],
)
def test_what_the_disk_refuses_is_coded_and_leaves_nothing(tmp_path, monkeypatch, number, code):
    def refuse(source, target, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(RunError) as raised:
        LocalStorage().create(str(tmp_path / "a.json"), b"x")
    assert raised.value.code == code
    assert raised.value.retryable
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_may_be_lost_in_a_crash_is_an_unknown_outcome(tmp_path, monkeypatch):
    sync = os.fsync

    def fail_for_folders(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "input/output error")
        sync(handle)

    monkeypatch.setattr(os, "fsync", fail_for_folders)
    with pytest.raises(OutcomeUnknown):
        LocalStorage().create(str(tmp_path / "a.json"), b"x")


def test_what_is_not_there_reads_as_nothing(tmp_path):
    assert LocalStorage().read(str(tmp_path / "a")) is None
    assert LocalStorage().names(str(tmp_path / "b")) == []
    LocalStorage().remove(str(tmp_path / "c"))


def test_a_carried_file_outlives_its_source(tmp_path):
    source, target = tmp_path / "old" / "a", tmp_path / "new" / "a"
    source.parent.mkdir()
    source.write_bytes(b"x")
    LocalStorage().carry(str(source), str(target))
    LocalStorage().remove(str(source.parent))
    assert target.read_bytes() == b"x"
    assert not source.parent.exists()


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_a_file_is_copied_where_it_cannot_be_linked(tmp_path, monkeypatch, number):
    def refuse(source, target, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a").write_bytes(b"x")
    LocalStorage().carry(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "b").read_bytes() == b"x"


def test_only_errors_of_the_system_are_coded():
    with pytest.raises(ZeroDivisionError), faults("here"):
        raise ZeroDivisionError
    with pytest.raises(RunError) as raised, faults("here"):
        raise OSError(errno.ENOSPC, "the text of the system")
    assert str(raised.value) == "here: no space is left on the device; free some space and run again [DISK_FULL]"
