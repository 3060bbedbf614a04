"""A table and what it should be, side by side: hypothesis thinks of what is done to them, and of what breaks.

Runs, replays, rollbacks, tags, compaction, deletion of old versions and of left-overs, strangers at the catalogue, and
a slow writer that commits when everything has changed. Any of them may break at any of its calls: the process ends, the
answer is lost, the service refuses. After each step every version that can be read is what it was when it was made, and
after work that succeeds the catalogue says what the ledger's head says.
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from pyarrow import orc

from mesh_etl import worlds
from mesh_etl.crashtest.product import run
from mesh_etl.crashtest.storage import WatchedStorage
from mesh_etl.crashtest.watch import Strike, Watch
from mesh_etl.crashtest.world import WatchedWorld
from mesh_etl.errors import MeshError
from mesh_etl.expressions import Expression
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import publish
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice
from mesh_etl.run import engines
from mesh_etl.storage import through
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.delete import delete
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.tag import tag, untag
from mesh_etl.upkeep.verify import verify
from tests.fault.campaign.model import Delivery, Died, Doomed, Held, Oracle, Row, Table
from tests.fault.conftest import PRODUCT, Shop

JOB = """\
product: shop.sales
source: {{type: csv, path: "in/*.csv", numbers: {{leading_zeros: {lenient}}}}}
target: {{mode: {mode}, partition_by: [month], format: {format}}}
checks: {{max_rejected: 90%}}
"""
MODES = {"append": "append", "merge": "{type: merge, keys: [id], order_by: [amount]}"}
KINDS = [("append", "parquet"), ("merge", "parquet"), ("append", "orc"), ("append", "iceberg"), ("merge", "iceberg")]
PLACE = {"DatabaseName": "shop", "TableName": "sales"}
MONTHS = ("m01", "m02", "m03")
AT_ONCE = datetime.timedelta(0)
KEEPING = {"expire", "fence", "compact", "tag"}  # operations that leave the rows as they are

breaks = st.none() | st.tuples(
    st.sampled_from(["died", "died", "died", "lost", "refused", "throttled", "partial"]), st.integers(1, 70)
)
some_version = st.integers(0, 30)
edits = st.sampled_from(["removed", "moved", "added", "dropped"])


def made_of(ids: range, least: int, most: int) -> st.SearchStrategy[list[tuple[int, str]]]:
    """Rows of a delivery, by number and month; no number twice."""
    row = st.tuples(st.sampled_from(ids), st.sampled_from(MONTHS))
    return st.lists(row, min_size=least, max_size=most, unique_by=lambda one: one[0])


class TableMachine(RuleBasedStateMachine):
    """The rules. `told` counts what happened, over all examples."""

    told: dict[str, int]

    @initialize(kind=st.sampled_from(KINDS), broken=breaks)
    def begin(self, kind: tuple[str, str], broken: Any) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mesh-machine-"))
        self.shop = Shop(self.folder / "shop", None)
        mode, self.format = kind
        self.oracle = Oracle(mode)
        self.deliveries: dict[str, Delivery] = {}
        self.held: Held | None = None
        self.fresh = 0
        self.lenient(False)
        self.delivered([(1, "m01"), (2, "m02")], [(6, "m01")], True, broken)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    # What is done

    @rule(
        good=st.lists(
            st.tuples(st.integers(1, 5), st.sampled_from(MONTHS)), min_size=1, max_size=4, unique_by=lambda one: one[0]
        ),
        bad=st.lists(st.tuples(st.integers(6, 7), st.sampled_from(MONTHS)), max_size=2, unique_by=lambda one: one[0]),
        at_once=st.sampled_from([True, True, False]),
        broken=breaks,
    )
    def delivered(self, good: list[tuple[int, str]], bad: list[tuple[int, str]], at_once: bool, broken: Any) -> None:
        self._deliver(good, bad)
        if at_once:
            self.runs(broken)

    @rule(broken=breaks)
    def runs(self, broken: Any) -> None:
        self.does("run", run, broken, self._read(self.oracle.head, frozenset(self.deliveries) - self.oracle.head.seen))

    @precondition(lambda self: self.oracle.head.refused)
    @rule(broken=breaks)
    def replays(self, broken: Any) -> None:
        head = self.oracle.head
        rows = self.oracle.joined(head.rows, head.refused)
        after = replace(head, rows=rows, refused=frozenset())
        self.lenient(True)

        def work(job: Any, world: Any) -> None:
            with engines.open("embedded", cores=1) as engine:
                replay(job, engine, world, Choice())

        self.does("replay", work, broken, after)
        self.lenient(False)

    @precondition(lambda self: self.oracle.versions)
    @rule(broken=breaks)
    def compacts(self, broken: Any) -> None:
        def work(job: Any, world: Any) -> None:
            with engines.open("embedded", cores=1) as engine:
                compact(job, engine, world)

        self.does("compact", work, broken, self.oracle.head)

    @precondition(lambda self: self.oracle.versions)
    @rule(broken=breaks, id_=st.integers(1, 12))
    def deletes(self, broken: Any, id_: int) -> None:
        head = self.oracle.head

        def work(job: Any, world: Any) -> None:
            with engines.open("embedded", cores=1) as engine:
                delete(job, engine, world, Expression.parse(f"id = {id_}"))

        after = replace(head, rows=frozenset(row for row in head.rows if row[0] != id_))
        self.does("delete", work, broken, after)

    @precondition(lambda self: self.oracle.versions)
    @rule(broken=breaks, keep=st.integers(1, 6))
    def expires(self, broken: Any, keep: int) -> None:
        kept = {max(self.oracle.versions), *self.oracle.tags.values()}
        self.does("expire", lambda job, world: expire(job, world, AT_ONCE, keep), broken, self.oracle.head)
        gone = {seq for entry in self.ledger().entries() for seq in entry.expired}
        assert gone.isdisjoint(kept), "a version that was to be kept was expired"
        self.oracle.gone = gone

    @precondition(lambda self: self.oracle.versions)
    @rule(broken=breaks)
    def collects(self, broken: Any) -> None:
        ended = self.does("orphans", lambda job, world: orphans(job, world, AT_ONCE), broken, self.oracle.head)
        if ended == "ok":
            assert not {path for path in self.shop.leftovers() if not path.startswith(("_ledger/", "metadata/"))}
            # what it barred can never be committed; what it did not may still be

    @precondition(lambda self: self.oracle.versions)
    @rule(broken=breaks, number=some_version)
    def rolls_back(self, broken: Any, number: int) -> None:
        seq = self._readable(number)
        work = lambda job, world: rollback(job, world, str(seq))  # noqa: E731
        self.does("rollback", work, broken, self.oracle.versions[seq], "NOT_ACCEPTED")

    @precondition(lambda self: self.oracle.versions)
    @rule(broken=breaks, number=some_version, name=st.sampled_from(["gold", "silver"]))
    def tags(self, broken: Any, number: int, name: str) -> None:
        seq = self._readable(number)
        self.does("tag", lambda job, world: tag(job, world, name, str(seq)), broken, self.oracle.head, "TAG_TAKEN")
        self._tags_are({**self.oracle.tags, name: self.oracle.tags.get(name, seq)})

    @precondition(lambda self: self.oracle.tags)
    @rule(broken=breaks, name=st.sampled_from(["gold", "silver"]))
    def untags(self, broken: Any, name: str) -> None:
        self.does("untag", lambda job, world: untag(job, world, name), broken, self.oracle.head, "UNKNOWN_TAG")
        self._tags_are({one: seq for one, seq in self.oracle.tags.items() if one != name})

    # What others do

    @precondition(lambda self: self.oracle.versions and self.format != "iceberg")
    @rule(
        number=some_version,
        what=st.sampled_from(["removed", "moved", "added", "dropped"]),
        month=st.sampled_from(MONTHS),
    )
    def a_stranger_edits(self, number: int, what: str, month: str) -> None:
        """The catalogue is changed by somebody else, and not by the ledger."""
        glue = self.shop.world().client("glue")
        try:
            if what == "dropped":
                glue.delete_table(DatabaseName="shop", Name="sales")
                return
            one = glue.get_partition(**PLACE, PartitionValues=[month])["Partition"]
            storage = one["StorageDescriptor"]
            if what == "removed":
                glue.delete_partition(**PLACE, PartitionValues=[month])
            elif what == "added":
                glue.create_partition(**PLACE, PartitionInput={"Values": ["m99"], "StorageDescriptor": storage})
            else:
                old = self.ledger().snapshot(self._readable(number)).partitions.get((month,))
                folder = old.folder if old else "data"
                moved = {**storage, "Location": f"file://{self.shop.ledger.layout.root}/{folder}/"}
                glue.update_partition(
                    **PLACE,
                    PartitionValueList=[month],
                    PartitionInput={"Values": [month], "StorageDescriptor": moved},
                )
        except (glue.exceptions.EntityNotFoundException, glue.exceptions.AlreadyExistsException):
            return

    @rule(broken=breaks)
    def repairs(self, broken: Any) -> None:
        def work(job: Any, world: Any) -> None:
            found = verify(job, world, repair=True)
            assert not found.damage, found.damage

        self.does("verify", work, broken, self.oracle.head)

    @precondition(lambda self: self.held is None)
    @rule(good=made_of(range(1, 6), 1, 4))
    def a_slow_writer_begins(self, good: list[tuple[int, str]]) -> None:
        self._deliver(good, [])
        with engines.open("embedded", cores=1) as self.shop.engine:
            staged = self.shop.stage()
        self.held = Held(staged, frozenset(self.deliveries) - self.oracle.head.seen)

    @precondition(lambda self: self.held is not None)
    @rule(broken=breaks)
    def a_slow_writer_commits(self, broken: Any) -> None:
        """If it does, the inputs were still unread, and its rows join the table as it is now."""
        held, self.held = self.held, None
        head = self.oracle.head
        fits = held.inputs.isdisjoint(head.seen)
        after = self._read(head, held.inputs) if fits else head
        expected = ("CONFLICT", "FENCED") if fits else ("CONFLICT", "FENCED", "ok")
        ended = self.does("slow", lambda job, world: publish(held.staged, world), broken, after, *expected)
        self.told[f"slow: {ended}"] = self.told.get(f"slow: {ended}", 0) + 1

    # What holds

    def does(self, name: str, work: Callable[[Any, Any], object], broken: Any, after: Table, *allowed: str) -> str:
        """The work is done, with a break; the versions it made are those that it may make, and all others stay.

        Undisturbed it succeeds, or ends in one of the codes that are `allowed`, and then the rows are as before.
        """
        watch = Watch() if broken is None else self._watch(*broken)
        ended = self._ended(work, watch)
        self.told[name] = self.told.get(name, 0) + 1
        self.told[f"ended {ended}"] = self.told.get(f"ended {ended}", 0) + 1
        struck = broken is not None and len(watch.calls) >= broken[1]
        if not struck:
            assert ended in ("ok", *allowed), f"{name} ended in {ended}, and nothing was broken"
        before = now = self.oracle.head
        for entry in self.ledger().entries(after=max(self.oracle.versions, default=0)):
            if entry.operation not in KEEPING:
                assert now == before, "the work was committed twice"
                now = after
            self.oracle.versions[entry.seq] = now
        if ended == "ok":
            assert now == after, "the work says that it succeeded, and the table does not have it"
        self.all_versions_stand()
        if ended == "ok":
            self.the_catalogue_agrees()
        return ended

    def all_versions_stand(self) -> None:
        """Each version that can be read, read by somebody who knows nothing yet, is what it was made as."""
        ledger = self.ledger()
        for seq, table in self.oracle.versions.items():
            if seq in self.oracle.gone or seq in ledger.state().expired:
                continue
            snapshot = ledger.snapshot(seq)
            assert self.content(snapshot) == table.rows, f"version {seq}"
            assert snapshot.refused == len(table.refused), f"version {seq} has {snapshot.refused} refused rows"

    def the_catalogue_agrees(self) -> None:
        head = self.ledger().snapshot()
        if head is None or self.format == "iceberg":  # its own catalogue points to all of it at once
            return
        places, seq = self.shop.catalogued()
        root = Path(self.shop.ledger.layout.root).as_uri()
        standing = {month: f"{root}/{one.folder}/" for (month,), one in head.partitions.items()}
        assert places == standing
        assert seq == head.seq

    def content(self, snapshot: Any) -> frozenset[Row]:
        """The rows of a version, each once."""
        found = []
        for (month,), partition in snapshot.partitions.items():
            for file in partition.files:
                path, names = Path(self.shop.ledger.layout.root) / file.path, ["id", "amount"]
                table = orc.read_table(path, names) if self.format == "orc" else pq.ParquetFile(path).read(names)
                assert table.num_rows == file.rows
                columns = (table[name].to_pylist() for name in names)
                found += [(id_, month, int(amount)) for id_, amount in zip(*columns, strict=True)]
        assert len(set(found)) == len(found), "a row is there twice"
        return frozenset(found)

    def ledger(self) -> Any:
        """The ledger for somebody who has read nothing of it."""
        return ledger_of(self.shop.job, PRODUCT)

    def lenient(self, lenient: bool) -> None:
        """The job takes numbers with leading zeros, or refuses them."""
        text = JOB.format(mode=MODES[self.oracle.mode], format=self.format, lenient=str(lenient).lower())
        (self.shop.root / "configs/shop/sales/job.yaml").write_text(text)
        self.shop.ledger = self.ledger()

    def _deliver(self, good: list[tuple[int, str]], bad: list[tuple[int, str]]) -> None:
        """A new file lies in the input folder."""
        delivery = Delivery(self._rows(good), self._rows(bad))
        name = f"{len(self.deliveries):04}.csv"
        lines = [f"{id_},{month},{amount}" for id_, month, amount in delivery.good]
        lines += [f"00{id_},{month},{amount}" for id_, month, amount in delivery.bad]
        (self.shop.root / "in" / name).write_text("\n".join(["id,month,amount", *lines, ""]))
        self.deliveries[name] = delivery

    def _ended(self, work: Callable[[Any, Any], object], watch: Watch) -> str:
        with (
            through(lambda storage: WatchedStorage(storage, watch)),
            worlds.through(lambda world: WatchedWorld(world, watch)),
        ):
            try:
                work(self.shop.job, self.shop.world())
            except MeshError as error:
                return error.code
            except Died:
                return "died"
        return "ok"

    @staticmethod
    def _watch(way: Any, number: int) -> Watch:
        return Doomed(last=number - 1) if way == "died" else Watch(Strike(number, way))

    def _rows(self, made: list[tuple[int, str]]) -> tuple[Row, ...]:
        """Rows with amounts that nobody had yet; where rows are added, with numbers that nobody had."""
        found = []
        for id_, month in made:
            self.fresh += 1
            found.append((id_ if self.oracle.mode == "merge" else self.fresh, month, self.fresh))
        return tuple(found)

    def _read(self, table: Table, names: frozenset[str]) -> Table:
        """The table after a run that reads these inputs."""
        good = frozenset(row for name in names for row in self.deliveries[name].good)
        bad = frozenset(row for name in names for row in self.deliveries[name].bad)
        return Table(self.oracle.joined(table.rows, good), table.seen | names, table.refused | bad)

    def _readable(self, number: int) -> int:
        seqs = sorted(set(self.oracle.versions) - self.oracle.gone)
        return seqs[number % len(seqs)]

    def _tags_are(self, after: dict[str, int]) -> None:
        found = dict(self.ledger().state().tags)
        assert found in (self.oracle.tags, after)
        self.oracle.tags = found
