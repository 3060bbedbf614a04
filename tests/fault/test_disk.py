"""A disk that is full or read-only, at every moment: a code for it, nothing left behind, and a re-run that works."""

from __future__ import annotations

import errno
import os
import subprocess
from importlib import import_module

import pytest

from mesh_etl.errors import MeshError, PublishError, RunError
from mesh_etl.storage import LocalStorage

STORAGE = import_module("mesh_etl.storage.local")
BAD = "".join(f"x,{os.urandom(300).hex()},1.00\n" for _ in range(20))


def resized(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def outcome(shop):
    """The outcome of a run, or the code that it ends in."""
    try:
        return shop.run().outcome
    except RunError as error:
        return error.code


def tolerant(shop):
    job = shop.root / "configs/shop/sales/job.yaml"
    job.write_text(job.read_text().replace("max_rejected: 0", "max_rejected: 90%"))


def test_a_disk_that_fills_up_anywhere_in_the_run(shop, disk):
    tolerant(shop)
    rows = shop.deliver("a.csv", rows=40)
    delivery = shop.root / "in/a.csv"
    delivery.write_text(delivery.read_text() + BAD)
    table, sizes = shop.root / "table", 0
    with disk(table, 8):
        for kilobytes in range(8, 400, 8):
            resized(table, f"size={kilobytes}k")
            code = outcome(shop)
            if code == "published":
                break
            assert code == "DISK_FULL"
            assert shop.leftovers() == set()
            assert shop.rows() == []
            sizes += 1
        assert sizes > 5, "the disk was full at several moments of the run"
        shop.assert_converged(rows)
        assert shop.leftovers() == set()


def test_a_disk_that_turns_read_only(shop, disk):
    rows = shop.deliver("a.csv")
    table = shop.root / "table"
    with disk(table, 4000):
        shop.run()
        fresh = shop.deliver("b.csv")
        resized(table, "ro")
        with pytest.raises(RunError) as caught:
            shop.run()
        assert caught.value.code == "READ_ONLY"
        assert shop.rows() == rows
        resized(table, "rw")
        shop.run()
        shop.assert_converged(sorted(rows + fresh))


def test_a_catalogue_that_cannot_be_written_lags_and_is_caught_up_with(shop, disk):
    rows = shop.deliver("a.csv")
    home = shop.root / ".mesh"
    with disk(home, 400):
        (home / "filler").write_bytes(b"x" * 399_000)
        with pytest.raises(PublishError) as caught:
            shop.run()
        assert caught.value.retryable
        assert shop.rows() == rows, "the commit holds"
        (home / "filler").unlink()
        assert shop.run().outcome == "nothing new"
        shop.assert_converged(rows)


@pytest.mark.parametrize(
    ("number", "code"), [("ENOSPC", "DISK_FULL"), ("EROFS", "READ_ONLY"), ("EACCES", "PERMISSION_DENIED")]
)
def test_a_refused_commit_leaves_nothing(shop, monkeypatch, number, code):
    rows = shop.deliver("a.csv")

    def refuse(*_):
        raise OSError(getattr(errno, number), os.strerror(getattr(errno, number)))

    with monkeypatch.context() as broken:
        broken.setattr(STORAGE.os, "link", refuse)
        with pytest.raises(MeshError) as caught:
            shop.run()
    assert caught.value.code == code
    assert caught.value.exit_code == 4
    assert shop.leftovers() == set()
    assert shop.rows() == []
    shop.run()
    shop.assert_converged(rows)


@pytest.mark.parametrize("call", range(1, 6))
def test_a_disk_that_fills_up_while_files_are_carried_over(shop, monkeypatch, call):
    rows = shop.deliver("a.csv")
    shop.run()
    fresh = shop.deliver("b.csv", rows=1, months=("m01", "m02", "m03", "m04", "m05"))
    calls, carry = [], LocalStorage.carry

    def fails(self, source, target):
        calls.append(target)
        if len(calls) == call:
            with STORAGE.faults(target):
                raise OSError(errno.ENOSPC, "no space")
        carry(self, source, target)

    with monkeypatch.context() as broken:
        broken.setattr(LocalStorage, "carry", fails)
        with pytest.raises(RunError) as caught:
            shop.run()
    assert caught.value.code == "DISK_FULL"
    assert shop.leftovers() == set()
    shop.assert_converged(rows)
    shop.run()
    shop.assert_converged(sorted(rows + fresh))
