"""A table and what it should be, side by side: hypothesis thinks of what is done to them, in what order, and what breaks.

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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mesh_etl.crashtest.product import run
from mesh_etl.crashtest.storage import WatchedStorage
from mesh_etl.crashtest.watch import Strike, Watch
from mesh_etl.crashtest.world import WatchedWorld
from mesh_etl.errors import MeshError
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import publish
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice
from mesh_etl.run import engines
from mesh_etl.storage import through
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.tag import tag, untag
from mesh_etl.upkeep.verify import verify
from tests.fault.campaign.scenarios import compact
from tests.fault.conftest import PRODUCT, Shop

JOB = """\
product: shop.sales
source: {{type: csv, path: "in/*.csv", numbers: {{leading_zeros: {lenient}}}}}
target: {{mode: {mode}, partition_by: [month]}}
checks: {{max_rejected: 90%}}
"""
MODES = {"append": "append", "merge": "{type: merge, keys: [id], order_by: [amount]}"}
PLACE = {"DatabaseName": "shop", "TableName": "sales"}
MONTHS = ("m01", "m02", "m03")
AT_ONCE = datetime.timedelta(0)
KEEPING = {"expire", "fence", "compact", "tag"}  # operations that leave the rows as they are

Row = tuple[int, str, int]
breaks = st.none() | st.tuples(
    st.sampled_from(["died", "died", "died", "lost", "refused", "throttled", "partial"]), st.integers(1, 70)
)
some_version = st.integers(0, 30)


class Died(BaseException):
    """The process ended: nothing may handle it."""


@dataclass
class Doomed(Watch):
    """No call after the `last` is made, by nobody: whatever handles the end of the process finds it has ended."""

    last: int = 0

    def enter(self, name: str, *ways: Any) -> None:
        super().enter(name, *ways)
        if len(self.calls) > self.last:
            raise Died


@dataclass(frozen=True)
class Table:
    """What a version should be: its rows, the inputs that it has read, and the rows it refused."""

    rows: frozenset[Row] = frozenset()
    seen: frozenset[str] = frozenset()
    refused: frozenset[Row] = frozenset()


@dataclass
class Delivery:
    good: tuple[Row, ...]
    bad: tuple[Row, ...]


@dataclass
class Held:
    """A run that has staged its rows and not committed them, and the inputs that it has read."""

    staged: Any
    inputs: frozenset[str]
    on: Table


@dataclass
class Oracle:
    """All versions as they should be. The mode says how rows meet those of the table."""

    mode: str
    versions: dict[int, Table] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    tags: dict[str, int] = field(default_factory=dict)

    @property
    def head(self) -> Table:
        return self.versions[max(self.versions)] if self.versions else Table()

    def joined(self, rows: frozenset[Row], new: frozenset[Row]) -> frozenset[Row]:
        """The rows with the new ones; the last row of each key where rows are merged."""
        if self.mode == "append":
            return rows | new
        latest: dict[int, Row] = {}
        for row in sorted(rows | new, key=lambda one: one[2]):
            latest[row[0]] = row
        return frozenset(latest.values())


class TableMachine(RuleBasedStateMachine):
    """The rules. `told` counts what happened, over all examples."""

    told: dict[str, int]

    @initialize(mode=st.sampled_from(sorted(MODES)), broken=breaks)
    def begin(self, mode: str, broken: Any) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mesh-machine-"))
        self.shop = Shop(self.folder / "shop", None)
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
        good=st.lists(st.tuples(st.integers(1, 5), st.sampled_from(MONTHS)), min_size=1, max_size=4, unique_by=lambda one: one[0]),
        bad=st.lists(st.tuples(st.integers(6, 7), st.sampled_from(MONTHS)), max_size=2, unique_by=lambda one: one[0]),
        at_once=st.booleans(),
        broken=breaks,
    )
    def delivered(self, good: list[tuple[int, str]], bad: list[tuple[int, str]], at_once: bool, broken: Any) -> None:
        delivery = Delivery(self._rows(good), self._rows(bad))
        name = f"{len(self.deliveries):04}.csv"
        lines = [f"{id_},{month},{amount}" for id_, month, amount in delivery.good]
        lines += [f"00{id_},{month},{amount}" for id_, month, amount in delivery.bad]
        (self.shop.root / "in" / name).write_text("\n".join(["id,month,amount", *lines, ""]))
        self.deliveries[name] = delivery
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
        self.does("compact", compact, broken, self.oracle.head)

    @precondition(lambda self: self.oracle.versions)
    @rule(broken=breaks, keep=st.integers(1, 3))
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
            assert not {path for path in self.shop.leftovers() if not path.startswith("_ledger/")}
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

    @precondition(lambda self: self.oracle.versions)
    @rule(number=some_version, what=st.sampled_from(["removed", "moved", "added", "dropped"]), month=st.sampled_from(MONTHS))
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

    @precondition(lambda self: self.held is None and frozenset(self.deliveries) - self.oracle.head.seen)
    @rule()
    def a_slow_writer_begins(self) -> None:
        with engines.open("embedded", cores=1) as self.shop.engine:
            staged = self.shop.stage()
        head = self.oracle.head
        self.held = Held(staged, frozenset(self.deliveries) - head.seen, head)

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
        if head is None:
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
                table = pq.ParquetFile(Path(self.shop.ledger.layout.root) / file.path).read(["id", "amount"])
                assert table.num_rows == file.rows
                found += [(id_, month, int(amount)) for id_, amount in zip(*table.to_pydict().values(), strict=True)]
        assert len(set(found)) == len(found), "a row is there twice"
        return frozenset(found)

    def ledger(self) -> Any:
        """The ledger for somebody who has read nothing of it."""
        return ledger_of(self.shop.job, PRODUCT)

    def lenient(self, lenient: bool) -> None:
        """The job takes numbers with leading zeros, or refuses them."""
        text = JOB.format(mode=MODES[self.oracle.mode], lenient=str(lenient).lower())
        (self.shop.root / "configs/shop/sales/job.yaml").write_text(text)

    def _ended(self, work: Callable[[Any, Any], object], watch: Watch) -> str:
        job = self.shop.job
        with through(lambda storage: WatchedStorage(storage, watch)):
            try:
                work(job, WatchedWorld(self.shop.world(), watch))
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
