"""Readers while writers commit: every read is one committed version, whole."""

from __future__ import annotations

import threading
import time

COMMITS = 20
MODES = ("append", "replace_partitions", "append", "replace")


def test_every_read_equals_a_committed_version(shop):
    months = ("m01", "m02", "m03", "m04")
    shop.deliver("0.csv", months=months)
    shop.run()
    versions = {1: shop.rows()}
    stop, seen, broken = threading.Event(), [], []

    def read():
        while not stop.is_set():
            try:
                snapshot = shop.ledger.snapshot()
                seen.append((snapshot.seq, shop.rows_of(snapshot)))
            except Exception as error:
                broken.append(error)
            time.sleep(0.005)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        expected = versions[1]
        for number in range(2, COMMITS + 2):
            mode = MODES[number % len(MODES)]
            shop.use(mode)
            fresh = shop.deliver(f"{number}.csv", months=months[: 1 + number % 4], only=True)
            shop.run()
            touched = {month for _, month in fresh}
            kept = [] if mode == "replace" else expected
            if mode == "replace_partitions":
                kept = [row for row in expected if row[1] not in touched]
            versions[number] = expected = sorted(kept + fresh)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert broken == []
    assert len({seq for seq, _ in seen}) > COMMITS // 2, "the readers have hardly met the writers"
    assert [seq for seq, rows in seen if rows != versions[seq]] == []
    for seq, rows in versions.items():
        assert shop.rows(seq) == rows, "an old version has changed"
    shop.assert_converged(versions[COMMITS + 1])
