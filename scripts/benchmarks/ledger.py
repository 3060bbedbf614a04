"""A table of many commits, partitions and files: what it costs to plan a run and to commit an append."""

from __future__ import annotations

import argparse
import datetime
import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from page import machine, table, verdict, write_section

from mesh_etl import worlds
from mesh_etl.config import LoadedJob, load
from mesh_etl.contract.diff import summary
from mesh_etl.contract.load import load as load_contract
from mesh_etl.plan import build
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import recover
from mesh_etl.publish.commit import commit
from mesh_etl.publish.publish import reported
from mesh_etl.run import engines, execute
from mesh_etl.tables import checkpoint
from mesh_etl.tables.entry import ContractRef, Counts, DataFile, Entry, Input, Partition, PartitionColumn
from mesh_etl.tables.ledger import Ledger

PRODUCT = "shop.visits"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema:
  - name: visits
    logicalType: object
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: place, logicalType: string, required: true}
"""
FILES = {
    "mesh.yaml": "name: shop\nwarehouse: table\ndomains: {shop: {owner: team, description: Visits.}}\n",
    "env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
    "shop/visits/contract.yaml": CONTRACT,
    "shop/visits/job.yaml": f"product: {PRODUCT}\nsource: {{type: csv, path: 'in/*.csv'}}\n"
    "target: {mode: append, partition_by: [place]}\n",
}


def project(root: Path) -> LoadedJob:
    """The product's job, in a project that is made below the root."""
    for name, text in FILES.items():
        path = root / "configs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "in").mkdir(exist_ok=True)
    return load(PRODUCT, root)


def fill(job: LoadedJob, entries: int, files: int) -> None:
    """The ledger holds this many commits, each of which has brought one partition of this many files."""
    ledger, contract = ledger_of(job, PRODUCT), load_contract(job.contract_path)
    stated = ContractRef(
        id=contract.id, version=contract.version, sha256=contract.sha256, summary_sha256=ledger.keep(summary(contract))
    )
    begun = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    for seq in range(1, entries + 1):
        txn, at = f"20200101T{seq:06d}-{seq:012x}", begun + datetime.timedelta(hours=seq)
        folder = f"data/{txn}/place=p{seq:05d}"
        paths = [f"{folder}/part-{one:05d}-{seq:08x}.parquet" for one in range(files)]
        parts = tuple(DataFile(path=path, rows=100, bytes=4000) for path in paths)
        read = Input(name="source", path=f"in/{seq:06d}.csv", size=1, version=f"{seq}", read=100, rejected=0, good=100)
        entry = Entry(
            seq=seq, base_seq=seq - 1, txn=txn, idem_key=f"{seq:064x}", product=PRODUCT, operation="append",
            committed_at=at.isoformat(timespec="milliseconds"), code_version="0", engine="embedded", contract=stated,
            columns=tuple((one.name, one.type.glue()) for one in contract.schema),
            partition_by=(PartitionColumn(name="place", column="place", transform="identity"),),
            partitions=(Partition(values=(f"p{seq:05d}",), folder=folder, files=parts),),
            counts=Counts(read=100, good=100, quarantined=0, deduplicated=0, filtered=0),
            inputs=(read,),
        )  # fmt: skip
        path = Path(ledger.layout.entry(seq))
        path.write_text(entry.model_dump_json())  # without the sync of a real commit: nothing depends on this table


class Clock:
    """Wall and CPU seconds by the name of what they were spent on, of each round."""

    def __init__(self) -> None:
        self.spent: dict[str, list[tuple[float, float]]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """The block's seconds are kept under the name."""
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.spent.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))

    def wall(self, *names: str) -> float:
        """The median over the rounds of the wall time that these took together."""
        return self._median(0, names)

    def cpu(self, *names: str) -> float:
        """The same in CPU seconds."""
        return self._median(1, names)

    def _median(self, kind: int, names: tuple[str, ...]) -> float:
        rounds = zip(*(self.spent[name] for name in names), strict=True)
        return statistics.median(sum(seconds[kind] for seconds in one) for one in rounds)


def append(root: Path, number: int, clock: Clock, before: Callable[[Ledger], None]) -> None:
    """One file with rows for one partition that has files is run, step by step."""
    job = load(PRODUCT, root)
    world = worlds.open(job.project.env, job.project.root)
    (root / "in" / f"new-{number}.csv").write_text("id,place\n1,new\n")
    before(ledger_of(job, PRODUCT))
    with clock.of("plan"):
        plan = build(job)
    with clock.of("recover"):
        recover(job, plan.contract, plan.ledger, world)
    with engines.open("embedded", cores=2) as engine:
        with clock.of("data"):
            staged = execute(plan, engine, world.secret)
        with clock.of("commit"):
            entry = commit(staged)
        with clock.of("publish"):
            reported(plan, entry, "published", world)


def without_checkpoints(ledger: Ledger) -> None:
    """History has to be read."""
    shutil.rmtree(ledger.layout.checkpoints(), ignore_errors=True)


def section(entries: int, files: int, runs: int) -> str:
    """The section of the page, from measurements made now."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        job = project(root)
        fill(job, entries, files)
        first, kept, read = Clock(), Clock(), Clock()
        append(root, 0, first, lambda _: None)  # registers all partitions and writes the first checkpoint
        for number in range(1, runs + 1):
            append(root, number, kept, lambda _: None)
        (size,) = [path.stat().st_size for path in Path(ledger_of(job, PRODUCT).layout.checkpoints()).iterdir()][:1]
        for number in range(runs + 1, 2 * runs + 1):
            append(root, number, read, without_checkpoints)
    steps = ("plan", "recover", "data", "commit", "publish")
    rows = [
        [title, *(f"{clock.wall(step):.2f} ({clock.cpu(step):.2f})" for step in steps)]
        for title, clock in (
            ("first run: catalogue empty, no checkpoint", first),
            ("append, from a checkpoint", kept),
            ("append, from history alone", read),
        )
    ]
    return f"""
## The ledger: {entries:,} commits, {entries:,} partitions, {entries * files:,} files

`scripts/bench ledger --runs {runs}`: a job of mode append finds one new file with rows for one partition. Seconds of
wall time, and CPU seconds in brackets, in one process. *plan* reads the ledger, *recover* compares the catalogue with
it before the run, *data* reads, checks and writes the rows, *commit* carries the partition's files and creates the
entry, *publish* compares the whole catalogue again and changes one partition. A checkpoint has {size / 1e6:.1f} MB,
and one is written after {checkpoint.EVERY} commits without.
{machine()}.

{table(["", *steps], rows)}

{verdict("plan from a checkpoint, against 10 s", kept.wall("plan") / 10, 1)}
{verdict("commit and publish, against 1 s", kept.wall("commit", "publish"), 1)}
{verdict("commit and publish, against 1 CPU second", kept.cpu("commit", "publish"), 1)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    stated = parser.parse_args()
    write_section("ledger", section(stated.entries, stated.files, stated.runs))
