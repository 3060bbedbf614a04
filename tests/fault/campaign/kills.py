"""python tests/fault/campaign/kills.py FOLDER KILLS SEED MODE: kills writers at random moments while others read.

Runs, compaction, and what deletes old versions and left-overs go on in processes of their own, at times two at once,
that end by SIGKILL: some after a random time, some soon after a random call of the storage or the catalogue. Two
readers go on in a loop, one through the ledger and one where the catalogue points. What they see are committed
versions: a delivery is there with all its rows or not at all, in the order of delivery, and none goes again. With mode
`append` each delivery adds rows, with `merge` each gives all rows a new value. At the end one run without a kill brings
everything. Prints a line of JSON.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import pyarrow.parquet as pq  # noqa: E402
from conftest import PRODUCT, Shop  # noqa: E402

from mesh_etl import worlds  # noqa: E402
from mesh_etl.config import load  # noqa: E402
from mesh_etl.crashtest import product  # noqa: E402
from mesh_etl.crashtest.child import in_child  # noqa: E402
from mesh_etl.crashtest.state import faults_of  # noqa: E402
from mesh_etl.crashtest.storage import WatchedStorage  # noqa: E402
from mesh_etl.crashtest.watch import Watch  # noqa: E402
from mesh_etl.crashtest.world import WatchedWorld  # noqa: E402
from mesh_etl.kernels.write import spill  # noqa: E402, F401
from mesh_etl.plan.build import ledger_of  # noqa: E402
from mesh_etl.run import engines, execution  # noqa: E402, F401
from mesh_etl.storage import through  # noqa: E402
from mesh_etl.upkeep.compact import compact  # noqa: E402
from mesh_etl.upkeep.expire import expire  # noqa: E402
from mesh_etl.upkeep.orphans import orphans  # noqa: E402

MODES = {"append": "append", "merge": "{type: merge, keys: [id], order_by: [amount]}"}
MONTHS, ROWS = ("m01", "m02", "m03"), 2
SHARE = len(MONTHS) * ROWS  # rows of a delivery
GRACE = datetime.timedelta(seconds=20)  # what readers need at most
STOP = "stop"
NEAR = 0.02  # seconds after a call

Rows = list[tuple[int, str, int]]


def compacted(job: Any, world: Any) -> None:
    """The table's small files are merged."""
    with engines.open("embedded", cores=1) as engine:
        compact(job, engine, world)


WORKS: dict[str, Callable[[Any, Any], object]] = {
    "run": product.run,
    "compact": compacted,
    "expire": lambda job, world: expire(job, world, GRACE),
    "orphans": lambda job, world: orphans(job, world, GRACE),
}


def deliver(root: Path, number: int, mode: str) -> None:
    """The delivery lies in the input folder, whole."""
    ids = range(number * SHARE, (number + 1) * SHARE) if mode == "append" else range(SHARE)
    text = "".join(f"{id_},{MONTHS[id_ % len(MONTHS)]},{number}.50\n" for id_ in ids)
    temporary = root / "in" / ".new"
    temporary.write_text(f"id,month,amount\n{text}")
    temporary.rename(root / "in" / f"{number:06}.csv")


def whole(rows: Rows, mode: str, months: tuple[str, ...] = MONTHS) -> int:
    """How many deliveries the rows of these months are, from the first one on. Raises `AssertionError` if no number."""
    share = [id_ for id_ in range(SHARE) if MONTHS[id_ % len(MONTHS)] in months]
    count = len(rows) // len(share) if mode == "append" else max((number for *_, number in rows), default=-1) + 1
    if mode == "append":
        expected = [(number * SHARE + id_, number) for number in range(count) for id_ in share]
    else:
        expected = [(id_, count - 1) for id_ in share] if count else []
    found = sorted((id_, number) for id_, _, number in rows)
    assert found == sorted(expected), f"{len(rows)} rows are not the first {count} deliveries"
    return count


def rows_in(paths: list[Path], month: str) -> Rows:
    """The rows of these files of a month."""
    tables = [pq.ParquetFile(path).read(["id", "amount"]).to_pydict() for path in paths]
    return [(id_, month, int(amount)) for one in tables for id_, amount in zip(one["id"], one["amount"], strict=True)]


def through_ledger(shop: Shop, mode: str) -> Iterator[tuple[str, int]]:
    """What a reader of the ledger sees: the whole table."""
    root, rows = Path(shop.ledger.layout.root), []
    for (month,), partition in shop.ledger.snapshot().partitions.items():
        rows += rows_in([root / file.path for file in partition.files], month)
    yield "table", whole(rows, mode)


def through_catalogue(shop: Shop, mode: str) -> Iterator[tuple[str, int]]:
    """What a reader sees who goes where the catalogue points: each partition for itself."""
    places, _ = shop.catalogued()
    for month, place in places.items():
        paths = sorted(Path(place.removeprefix("file://")).glob("*.parquet"))
        yield month, whole(rows_in(paths, month), mode, (month,))


def reading(root: Path, look: Callable[[Shop, str], Iterator[tuple[str, int]]], mode: str) -> int:
    """A process that reads until it is told to stop, and ends with 1 when something is not as committed."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        shop, seen, reads = Shop.opened(root), dict[str, int](), 0
        while not (root / STOP).exists() or reads < 2:
            for what, count in look(shop, mode):
                assert count >= seen.get(what, 0), f"{what} went back from {seen[what]} to {count} deliveries"
                seen[what] = count
            reads += 1
            time.sleep(0.03)
        (root / f"reads-{look.__name__}").write_text(str(reads))
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


@dataclass
class Telling(Watch):
    """Each call is told through a pipe."""

    pipe: int = -1

    def enter(self, name: str, *ways: Any) -> None:
        super().enter(name, *ways)
        os.write(self.pipe, b".")


@dataclass
class Writer:
    """A process that does some work, and where its calls are told."""

    name: str
    child: int
    pipe: int

    @classmethod
    def begun(cls, root: Path, name: str) -> Writer:
        """The process has begun."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a lost race is no news
                watch = Telling(pipe=writing)
                with through(lambda storage: WatchedStorage(storage, watch)):
                    job = load(PRODUCT, root)
                    WORKS[name](job, WatchedWorld(worlds.open(job.project.env, job.project.root), watch))
            finally:
                os._exit(0)
        os.close(writing)
        return cls(name, child, reading)

    def killed(self, calls: int | None, seconds: float) -> int | None:
        """After so many calls, and so many seconds, the process was killed; returns its calls if it ended before."""
        told = 0
        while calls is None or told < calls:
            begin = time.monotonic()
            ready, _, _ = select.select([self.pipe], [], [], seconds if calls is None else None)
            answer = os.read(self.pipe, 1 if calls else 4096) if ready else b""
            told += len(answer)
            if not answer:
                break
            seconds -= time.monotonic() - begin if calls is None else 0
            if seconds <= 0:
                break
        if calls is not None:
            time.sleep(seconds)
        os.kill(self.child, signal.SIGKILL)
        _, status = os.waitpid(self.child, 0)
        os.close(self.pipe)
        return None if os.WIFSIGNALED(status) else told


def main(folder: Path, kills: int, seed: int, mode: str) -> None:
    root, dice = folder / "shop", random.Random(seed)

    def prepare() -> None:
        shop = Shop(root, None)
        shop.use(MODES[mode])
        deliver(root, 0, mode)

    def act(name: str) -> int:
        watch = Watch()
        job = load(PRODUCT, root)
        with through(lambda storage: WatchedStorage(storage, watch)):
            WORKS[name](job, WatchedWorld(worlds.open(job.project.env, job.project.root), watch))
        return len(watch.calls)

    assert not in_child(prepare).exit
    begin = time.monotonic()
    first = in_child(lambda: act("run"))
    assert not first.exit
    longest, calls = time.monotonic() - begin, dict.fromkeys(WORKS, first.answer)
    looks = (through_ledger, through_catalogue)
    readers = [reading(root, look, mode) for look in looks]
    met: Counter[str] = Counter()
    deliveries = 1
    while sum(met[f"{name} {when}"] for name in WORKS for when in ("before", "after")) < kills:
        if dice.random() < 0.6:
            deliver(root, deliveries, mode)
            deliveries += 1
        names = dice.choices(list(WORKS), weights=[5, 2, 1, 1], k=dice.choice([1, 1, 2]))
        head = ledger_of(load(PRODUCT, root), PRODUCT).seqs()[-1]
        writers = [Writer.begun(root, name) for name in names]
        for writer in writers:
            if dice.random() < 0.7:
                last = calls[writer.name]  # the commit is in the second half, with the catalogue after it
                ended = writer.killed(dice.randint(last // 2 * dice.choice([0, 1, 1]) + 1, last), dice.uniform(0, NEAR))
            else:
                ended = writer.killed(None, dice.uniform(0, longest))
            moved = ledger_of(load(PRODUCT, root), PRODUCT).seqs()[-1] > head
            when = ("after" if moved else "before") if ended is None else "too late"
            met[f"{writer.name} {when}"] += 1
            calls[writer.name] = max(ended or 0, calls[writer.name])
    last_run = in_child(lambda: act("run")).exit
    (root / STOP).touch()
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in readers]
    shop = Shop.opened(root)
    found, wrong = dict(through_ledger(shop, mode))["table"], faults_of(shop.job, shop.world())
    reads = {one.__name__: int((root / f"reads-{one.__name__}").read_text()) for one in looks} if not any(ended) else {}
    told = {
        "mode": mode,
        "kills": dict(sorted(met.items())),
        "deliveries": deliveries,
        "found": found,
        "last run": last_run,
    }
    told |= {"readers": ended, "reads": reads, "wrong": wrong, "seed": seed, "versions": len(shop.ledger.seqs())}
    print(json.dumps(told | {"seconds": round(time.monotonic() - begin, 1)}), flush=True)
    sys.exit(int(last_run != 0 or any(ended) or found != deliveries or bool(wrong)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
