"""python tests/fault/campaign/kills.py FOLDER KILLS SEED: kills writers at random moments while others read.

Writers append files and compact, each in a process of its own that ends by SIGKILL at a random moment. Two readers go
on in a loop, one through the ledger and one where the catalogue points. What each of them sees is a committed version:
the files of a delivery are there with all their rows or not at all, in the order of delivery, and none goes again. At
the end one run without a kill brings everything. Prints a line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from conftest import PRODUCT, Shop  # noqa: E402
from scenarios import compact, own_engine  # noqa: E402

from mesh_etl import pipeline, worlds  # noqa: E402, F401
from mesh_etl.config import load  # noqa: E402
from mesh_etl.crashtest import product  # noqa: E402
from mesh_etl.crashtest.child import in_child  # noqa: E402
from mesh_etl.kernels.write import spill  # noqa: E402, F401
from mesh_etl.run import execution  # noqa: E402, F401

MONTHS, ROWS = ("m01", "m02", "m03"), 2
SHARE = len(MONTHS) * ROWS  # rows of a delivery
STOP = "stop"


def deliver(root: Path, number: int) -> None:
    """The delivery lies in the input folder, whole; its rows tell their delivery by their numbers."""
    ids = range(number * SHARE, (number + 1) * SHARE)
    text = "".join(f"{id_},{MONTHS[id_ % len(MONTHS)]},{id_}.50\n" for id_ in ids)
    temporary = root / "in" / ".new"
    temporary.write_text(f"id,month,amount\n{text}")
    temporary.rename(root / "in" / f"{number:06}.csv")


def whole(rows: list[tuple[int, str]], months: tuple[str, ...] = MONTHS) -> int:
    """How many deliveries the rows of these months are, from the first one on. Raises `AssertionError` if no number."""
    ids = sorted(id_ for id_, _ in rows)
    count = 0
    while True:
        share = [id_ for id_ in range(count * SHARE, (count + 1) * SHARE) if MONTHS[id_ % len(MONTHS)] in months]
        if len(share) * (count + 1) > len(ids):
            break
        count += 1
    expected = [id_ for id_ in range(count * SHARE) if MONTHS[id_ % len(MONTHS)] in months]
    assert ids == expected, f"{len(ids)} rows are not the first {count} deliveries"
    return count


def through_ledger(shop: Shop) -> Iterator[tuple[str, int]]:
    """What a reader of the ledger sees: the whole table."""
    yield "table", whole(shop.rows())


def through_catalogue(shop: Shop) -> Iterator[tuple[str, int]]:
    """What a reader sees who goes where the catalogue points: each partition for itself."""
    places, _ = shop.catalogued()
    for month, place in places.items():
        yield month, whole(shop.rows_at(place, month), (month,))


def reading(root: Path, look: Callable[[Shop], Iterator[tuple[str, int]]]) -> int:
    """A process that reads until it is told to stop, and ends with 1 when something is not as committed."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        shop, seen, reads = Shop.opened(root), dict[str, int](), 0
        while not (root / STOP).exists() or reads < 2:
            for what, count in look(shop):
                assert count >= seen.get(what, 0), f"{what} went back from {seen[what]} to {count} deliveries"
                seen[what] = count
            reads += 1
            time.sleep(0.005)
        (root / f"reads-{look.__name__}").write_text(str(reads))
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def killed(work: Callable[[], Any], after: float) -> bool:
    """Whether the process that does the work was killed; it may have ended before."""
    child = os.fork()
    if not child:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a lost race is no news
            work()
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(folder: Path, kills: int, seed: int) -> None:
    root, dice = folder / "shop", random.Random(seed)

    def prepare() -> None:
        shop = Shop(root, None)
        deliver(root, 0)
        with own_engine(shop):
            shop.run()

    assert not in_child(prepare).exit

    def act(work: product.Work) -> None:
        job = load(PRODUCT, root)
        work(job, worlds.open(job.project.env, job.project.root))

    deliveries = 1
    begin = time.monotonic()
    assert not in_child(lambda: act(product.run)).exit
    longest = 2 * (time.monotonic() - begin) + 0.3
    looks = (through_ledger, through_catalogue)
    readers = [reading(root, look) for look in looks]
    met = {"run": 0, "compact": 0}
    while sum(met.values()) < kills:
        if dice.random() < 0.6:
            deliver(root, deliveries)
            deliveries += 1
        name, work = dice.choice([("run", product.run), ("run", product.run), ("compact", compact)])
        met[name] += killed(lambda work=work: act(work), dice.uniform(0.0, longest))
    assert not in_child(lambda: act(product.run)).exit, "the last run failed"
    (root / STOP).touch()
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in readers]
    shop = Shop.opened(root)
    found, wrong = whole(shop.rows()), product.faults_of(load(PRODUCT, root), shop.world())
    reads = {one.__name__: int((root / f"reads-{one.__name__}").read_text()) for one in looks} if not any(ended) else {}
    told = {"kills": met, "deliveries": deliveries, "found": found, "readers": ended, "reads": reads, "wrong": wrong}
    print(json.dumps({**told, "seed": seed, "versions": len(shop.ledger.seqs())}), flush=True)
    sys.exit(int(any(ended) or found != deliveries or bool(wrong)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
