"""One commit of very many files: how large its ledger entry is, and what it costs to write it and to read it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from ledger import PRODUCT, fill, project
from page import table

from mesh_etl.plan.build import ledger_of
from mesh_etl.tables.ledger import Ledger

PARTITIONS = 1_000


def entries(sizes: tuple[int, ...]) -> list[str]:
    """The lines about commits with so many files in partitions of up to 1,000."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            job = project(root)
            fill(job, 1, 1)
            made = _grown(ledger_of(job, PRODUCT), size)
        rows.append([f"{size:,}", *made])
    return [table(["files of one commit", "MB", "bytes a file", "commit CPU s", "read CPU s"], rows)]


def _grown(ledger: Ledger, size: int) -> list[str]:
    first = ledger.entry(1)
    (partition,) = first.partitions
    (file,) = partition.files
    count = min(PARTITIONS, size)
    files = tuple(file.model_copy(update={"path": f"{file.path}-{n:06}"}) for n in range(size // count))
    parts = tuple(partition.model_copy(update={"values": (f"p{n:05}",), "files": files}) for n in range(count))
    second = first.model_copy(
        update={"seq": 2, "base_seq": 1, "txn": f"{first.txn}x", "idem_key": "x" * 64, "partitions": parts}
    )
    begin = time.process_time()
    if not ledger.append(second):
        raise SystemExit("the entry was not made")
    wrote = time.process_time()
    ledger_again = Ledger(ledger.layout, ledger.storage)
    ledger_again.snapshot()
    read = time.process_time()
    stored = Path(ledger.layout.entry(2)).stat().st_size
    return [f"{stored / 1e6:.1f}", f"{stored / size:.0f}", f"{wrote - begin:.2f}", f"{read - wrote:.2f}"]


if __name__ == "__main__":
    print("\n".join(entries((1_000, 10_000, 100_000))))
