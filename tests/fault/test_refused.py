"""A disk that is full, read-only or not ours, at each change that some work makes: a code, the same table, a way on."""

from __future__ import annotations

import datetime
import errno
import os
from contextlib import contextmanager
from importlib import import_module

import pytest

from mesh_etl.errors import MeshError
from mesh_etl.storage import LocalStorage
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.tag import tag

STORAGE = import_module("mesh_etl.storage.local")
AT_ONCE = datetime.timedelta(0)
MONTHS = ("m01", "m02", "m03")
CODES = {errno.ENOSPC: "DISK_FULL", errno.EROFS: "READ_ONLY", errno.EACCES: "PERMISSION_DENIED"}
WORKS = {
    "append": lambda shop: shop.run(),
    "merge": lambda shop: shop.run(),
    "compact": lambda shop: compact(shop.job, shop.engine, shop.world()),
    "expire": lambda shop: expire(shop.job, shop.world(), AT_ONCE),
    "orphans": lambda shop: orphans(shop.job, shop.world(), AT_ONCE),
    "tag": lambda shop: tag(shop.job, shop.world(), "good"),
}


@pytest.fixture
def refusing(monkeypatch):
    """The storage refuses the change with this number, and all later ones; answers how many were asked for."""

    @contextmanager
    def refusing(number, call):
        asked = []

        def refuses(name):
            original = getattr(LocalStorage, name)

            def changed(self, path, *args, **options):
                asked.append(name)
                if len(asked) >= call:
                    with STORAGE.faults(path):
                        raise OSError(number, os.strerror(number), path)
                return original(self, path, *args, **options)

            return changed

        with monkeypatch.context() as patched:
            for name in ("create", "carry", "writing", "remove"):
                patched.setattr(LocalStorage, name, refuses(name))
            yield asked

    return refusing


def prepared(shops, name, work):
    """A shop in which the work has something to do, and the rows of its table before and after."""
    shop = shops(name, "append")
    if work == "merge":
        shop.use("{type: merge, keys: [id]}")
    rows = []
    for number in range(3):
        rows += shop.deliver(f"{number}.csv", months=MONTHS)
        shop.run()
    new = shop.deliver("new.csv", months=MONTHS) if work in ("append", "merge", "orphans") else []
    if work == "orphans":
        shop.stage()
        (shop.root / "in/new.csv").unlink()
        new = []
    return shop, sorted(rows), sorted(rows + new)


def ended(work):
    """The error in which the work ended; None where it succeeded."""
    try:
        work()
    except MeshError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("work", "number"),
    [*((work, errno.ENOSPC) for work in WORKS), ("append", errno.EROFS), ("expire", errno.EACCES)],
)
def test_each_change_that_is_refused_has_a_code_and_the_next_time_mends_it(shops, refusing, work, number):
    """The changes are tried from the first one on; the table stays, since one that was begun goes on from there."""
    shop, before, after = prepared(shops, "shop", work)
    call, calls = 1, 2
    while call <= calls:
        with refusing(number, call) as asked:
            refused = ended(lambda: WORKS[work](shop))
        if refused is None:
            break
        assert {fault.code for fault in refused.faults} == {CODES[number]}
        assert refused.exit_code in (4, 5)
        assert shop.rows() in (before, after)
        call, calls = call + 1, max(calls, len(asked) + 1)
    assert call > 1, "nothing was refused"
    WORKS[work](shop)
    shop.assert_converged(after)
    orphans(shop.job, shop.world(), AT_ONCE)
    assert shop.leftovers() == set()
