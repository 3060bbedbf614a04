"""Iceberg tables: what another reader of the format finds, and how commits meet rivals, crashes and lost answers."""

from __future__ import annotations

import datetime
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from pyiceberg.table import Transaction
from pyiceberg.table.snapshots import Operation

from mesh_etl import worlds
from mesh_etl.config import Project, load
from mesh_etl.errors import MeshError
from mesh_etl.plan import build
from mesh_etl.plan.build import ledger_of
from mesh_etl.plan.ledgers import product_ledger
from mesh_etl.publish.commit import commit
from mesh_etl.publish.publish import publish
from mesh_etl.query import Statement, ask
from mesh_etl.run import execute
from mesh_etl.storage import OutcomeUnknown
from mesh_etl.tables.iceberg import commit as steps
from mesh_etl.tables.iceberg.updates import set_branch
from mesh_etl.tables.states import Metrics
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.compaction import Choice
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.tag import tag, untag
from mesh_etl.upkeep.verify.verify import verify

COLUMNS = {"id": "bigint", "country": "string", "day": "date", "amount": "decimal(9,2)", "small": "smallint"}
ROWS = [[1, "DE", "2026-01-02", "1.50", 1], [2, "D E/%ü", "2026-02-02", "2.50", None], [3, "FR", None, None, 3]]


class Table:
    """A product `d.it` with an Iceberg table, fed with CSV files."""

    def __init__(self, made):
        self.made = made
        self.files = 0
        self.use()

    def use(self, mode="append", partition_by=("country", "month(day)", "bucket(4, id)"), columns=None, **target):
        """The job and the contract from now on."""
        columns = columns or {"columns": COLUMNS}
        job = {
            "source": {"type": "csv", "path": "in/*.csv"},
            "target": {"mode": mode, "partition_by": list(partition_by), "format": "iceberg"} | target,
        }
        self.made.define("it", columns, job)

    def deliver(self, rows, only=False, header="id,country,day,amount,small"):
        """A file with these rows lies in the input folder; the only one with `only`."""
        folder = self.made.root / "in"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir() if only else ():
            old.unlink()
        self.files += 1
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
        (folder / f"{self.files}.csv").write_text("\n".join([header, *lines, ""]))

    def run(self):
        return self.made.run("it")

    @property
    def job(self):
        return load("d.it", self.made.root, "local")

    @property
    def world(self):
        return worlds.open(self.job.project.env, self.made.root)

    @property
    def ledger(self):
        return ledger_of(self.job, "d.it")

    def stage(self):
        """A run up to its commit."""
        return execute(build(self.job), self.made.engine, self.world.secret)

    def rows(self, snapshot_id=None):
        """The rows that Iceberg's own reader finds, as text."""
        found = self.ledger.table().scan(snapshot_id=snapshot_id).to_arrow().to_pylist()
        return sorted([None if value is None else str(value) for value in row.values()] for row in found)


@pytest.fixture
def table(project):
    return Table(project())


@contextmanager
def short_turns():
    """Threads take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def text(rows):
    return sorted([None if cell is None else str(cell) for cell in row] for row in rows)


def test_iceberg_readers_find_the_rows(table):
    table.deliver(ROWS)
    report = table.run()
    assert table.rows() == text(ROWS)
    assert report.snapshot.rows == 3
    assert report.entry.seq == table.ledger.table().current_snapshot().sequence_number == 1
    again = table.run()
    assert again.outcome == "nothing new"


def test_summary_says_what_was_committed(table):
    table.deliver(ROWS)
    entry = table.run().entry
    summary = table.ledger.table().current_snapshot().summary
    assert summary["mesh_etl.idem_key"] == entry.idem_key
    assert summary["mesh_etl.txn"] == entry.txn
    assert summary["mesh_etl.contract_sha256"] == entry.contract.sha256
    assert (summary["mesh_etl.read"], summary["mesh_etl.good"], summary["total-records"]) == ("3", "3", "3")
    assert len(summary["mesh_etl.watermark"]) == 64


def test_files_stay_where_they_were_written(table):
    table.deliver(ROWS)
    first = {file.path for one in table.run().snapshot.partitions.values() for file in one.files}
    table.deliver([[1, "DE", "2026-01-02", "7.00", 1]])
    second = {file.path for one in table.run().snapshot.partitions.values() for file in one.files}
    assert first < second
    assert len(table.rows()) == 4


def test_partitions_prune(table):
    table.deliver(ROWS)
    table.run()
    scan = table.ledger.table().scan
    assert len(list(scan().plan_files())) == 3
    assert len(list(scan(row_filter="country = 'DE'").plan_files())) == 1
    assert len(list(scan(row_filter="day >= '2026-02-01' and day < '2026-03-01'").plan_files())) == 1
    assert len(list(scan(row_filter="id = 3").plan_files())) == 1


@pytest.mark.parametrize("mode", ["replace", "replace_partitions"])
def test_rows_are_replaced(table, mode):
    table.use(mode, ["country"])
    table.deliver(ROWS)
    table.run()
    new = [[9, "DE", "2026-01-02", "9.00", 9]]
    table.deliver(new, only=True)
    table.run()
    assert table.rows() == text(new if mode == "replace" else [*ROWS[1:], *new])
    first = table.ledger.table().snapshots()[0]
    assert table.rows(first.snapshot_id) == text(ROWS)
    assert table.ledger.snapshot(1).rows == 3


def test_columns_are_added_and_widened_under_stable_ids(table):
    table.deliver(ROWS)
    table.run()
    before = {field.name: field.field_id for field in table.ledger.table().schema().fields}
    table.use(columns={"columns": {**COLUMNS, "amount": "decimal(12,2)", "small": "int", "note": "string"}})
    table.deliver([[4, "IT", "2026-01-01", "1234567890.00", 70000, "new"]], header="id,country,day,amount,small,note")
    for name in ("1",):
        (table.made.root / "in" / f"{name}.csv").unlink()
    table.run()
    after = {field.name: field.field_id for field in table.ledger.table().schema().fields}
    assert {name: after[name] for name in before} == before
    assert after["note"] == max(before.values()) + 1
    expected = [[*row, None] for row in ROWS] + [[4, "IT", "2026-01-01", "1234567890.00", 70000, "new"]]
    assert table.rows() == text(expected)


def test_failed_audit_of_the_branch_publishes_nothing(table, monkeypatch):
    table.deliver(ROWS)
    table.run()
    table.deliver([[4, "IT", None, None, None]])
    written = steps.written
    monkeypatch.setattr(steps, "written", lambda *given: list(written(*given))[1:])
    with pytest.raises(MeshError) as raised:
        table.run()
    assert raised.value.code == "STAGED_SNAPSHOT"
    assert table.rows() == text(ROWS)
    monkeypatch.undo()
    assert table.run().outcome == "published"
    assert len(table.rows()) == 4


def test_lost_race_is_committed_on_top(table):
    table.deliver(ROWS)
    table.run()
    table.deliver([[4, "IT", None, None, None]])
    late = table.stage()
    table.deliver([[5, "AT", None, None, None]], only=True)
    table.run()
    entry = commit(late)
    assert entry.base_seq == 2
    assert entry.seq == table.ledger.seqs()[-1]
    assert len(table.rows()) == 5
    assert list(table.ledger.table().refs()) == ["main"]


def test_overlapping_rivals_conflict(table):
    table.use("replace_partitions", ["country"])
    table.deliver(ROWS)
    late = table.stage()
    table.deliver([[1, "DE", "2026-01-02", "9.00", 9]], only=True)
    table.run()
    with pytest.raises(MeshError) as raised:
        publish(late, table.world)
    assert raised.value.code == "CONFLICT"
    assert len(table.rows()) == 1


class Dies(BaseException):
    """The process ends here."""


STEPS = ["stage", "audit", "publish"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_crash_at_each_step_converges(table, monkeypatch, step, when):
    table.deliver(ROWS)
    table.run()
    table.deliver([[4, "IT", None, None, None]])
    done = getattr(steps, step)

    def die(*given):
        if when == "after":
            done(*given)
        raise Dies

    staged = table.stage()
    monkeypatch.setattr(steps, step, die)
    with pytest.raises(Dies):
        commit(staged)
    monkeypatch.undo()
    seen = table.rows()
    assert len(seen) == (4 if (step, when) == ("publish", "after") else 3)
    table.run()
    assert len(table.rows()) == 4
    assert table.run().outcome == "nothing new"


@pytest.mark.parametrize("step", ["stage", "publish"])
def test_lost_answer_is_looked_for(table, monkeypatch, step):
    table.deliver(ROWS)
    table.run()
    table.deliver([[4, "IT", None, None, None]])
    done, lost = getattr(steps, step), []

    def lose(*given):
        answer = done(*given)
        if not lost:
            lost.append(step)
            raise OutcomeUnknown
        return answer

    staged = table.stage()
    monkeypatch.setattr(steps, step, lose)
    entry = commit(staged)
    assert entry.txn == staged.txn
    assert len(table.rows()) == 4
    assert len(table.ledger.seqs()) == 2


def test_a_commit_that_is_rolled_back_at_once_is_made_again_by_the_next_run(table, monkeypatch):
    table.deliver(ROWS)
    table.run()
    first = table.ledger.table().metadata.current_snapshot_id
    table.deliver([[4, "IT", None, None, None]])
    publish = steps.publish

    def rolled_back(*given):
        publish(*given)
        now = table.ledger.table()
        now.catalog.commit_table(now, (), (set_branch("main", first),))

    monkeypatch.setattr(steps, "publish", rolled_back)
    with pytest.raises(MeshError) as raised:
        table.run()
    assert raised.value.code == "COMMIT_UNKNOWN"
    assert table.rows() == text(ROWS)
    monkeypatch.undo()
    assert table.run().outcome == "published"
    assert table.rows() == text([*ROWS, [4, "IT", None, None, None]])


def test_writers_at_once_lose_no_commit(project, monkeypatch):
    made = project()
    table = Table(made)
    table.deliver(ROWS)
    table.run()
    staged = []
    for number in range(4):
        table.deliver([[10 + number, "IT", None, None, None]], only=True)
        staged.append(table.stage())
    acknowledged, failed = [], []

    def write(one):
        try:
            acknowledged.append(commit(one).txn)
        except MeshError as error:
            failed.append(error.code)

    threads = [threading.Thread(target=write, args=(one,)) for one in staged]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    visible = {entry.txn for entry in table.ledger.entries(after=1)}
    assert set(acknowledged) == visible
    assert set(failed) <= {"CONFLICT"}
    assert len(table.rows()) == 3 + len(acknowledged)
    assert acknowledged


def test_a_thread_reads_metadata_once_and_shares_none(table):
    """Pyiceberg's objects keep in themselves what was looked up: one thread copies them while another adds."""
    table.deliver(ROWS)
    table.run()
    elsewhere = []
    thread = threading.Thread(target=lambda: elsewhere.append(table.ledger.table().metadata))
    thread.start()
    thread.join()
    here = table.ledger.table().metadata
    assert table.ledger.table().metadata is here
    assert here == elsewhere[0]
    assert here is not elsewhere[0]


def test_catalogue_keeps_the_pointer_through_governance(table):
    table.deliver(ROWS)
    table.run()
    glue = table.world.client("glue")
    found = glue.get_table(DatabaseName="d", Name="it")["Table"]
    parameters = found["Parameters"]
    assert parameters["table_type"] == "ICEBERG"
    assert parameters["metadata_location"] == table.ledger.table().metadata_location
    assert parameters["mesh_etl.product"] == "d.it"
    assert parameters["mesh_etl.published_seq"] == "1"
    assert found["Owner"] == "o"


def test_format_of_a_table_does_not_change(table):
    table.deliver(ROWS)
    table.run()
    table.use(format="parquet")
    with pytest.raises(MeshError) as raised:
        table.run()
    assert raised.value.code == "FORMAT_CHANGED"


@pytest.mark.parametrize(
    ("format_", "partition_by", "promised", "code"),
    [
        ("parquet", ["country"], "table", "CONSISTENCY_UNFIT"),
        ("parquet", ["country"], "tabel", "CONSISTENCY_UNKNOWN"),
        ("parquet", ["country"], "partition", None),
        ("parquet", [], "table", None),
        ("iceberg", ["country"], "table", None),
    ],
)
def test_promised_consistency_is_kept_or_refused(table, format_, partition_by, promised, code):
    table.use(partition_by=partition_by, format=format_)
    path = table.made.root / "configs/d/it/contract.yaml"
    contract = json.loads(path.read_text()) | {"customProperties": [{"property": "consistency", "value": promised}]}
    path.write_text(json.dumps(contract))
    table.deliver(ROWS)
    if code is None:
        assert table.run().outcome == "published"
        return
    with pytest.raises(MeshError) as raised:
        table.run()
    assert raised.value.code == code


def test_keys_of_partitions_change_with_the_whole_table(table):
    table.use("replace", ["country"])
    table.deliver(ROWS)
    table.run()
    table.use("replace", ["bucket(2, id)"])
    table.deliver(ROWS[:2], only=True)
    table.run()
    found = table.ledger.table()
    assert [str(one.transform) for one in found.spec().fields] == ["bucket[2]"]
    assert len(found.specs()) == 2
    assert table.rows() == text(ROWS[:2])
    assert table.rows(found.snapshots()[0].snapshot_id) == text(ROWS)


def test_threads_find_the_files_that_go(table):
    """What decides where a file is listed answers for the manifest that it is asked about, in any thread."""
    table.use(partition_by=["country"])
    for number, country in enumerate("ABC"):
        table.deliver([[number, country, None, None, None]])
        table.run()
    found = table.ledger.table()
    (file,) = [one.file for one in found.scan(row_filter="country = 'A'").plan_files()]
    producer = steps._Overwrite(operation=Operation.OVERWRITE, transaction=Transaction(found), io=found.io)
    producer.delete_data_file(file)
    producer._build_delete_files_partition_predicate()
    may_list = producer._build_manifest_evaluator(0)
    manifests = found.current_snapshot().manifests(found.io)
    with short_turns(), ThreadPoolExecutor(len(manifests)) as pool:
        answers = list(pool.map(lambda one: {may_list(one) for _ in range(500)}, manifests))
    assert sorted(answers, key=str) == [{False}, {False}, {True}]


def test_rename_keeps_the_id_of_a_column(table):
    table.use("replace", [], columns={"properties": [{"name": "id", "physicalType": "bigint", "id": "key"}]})
    table.deliver([[1]], header="id")
    table.run()
    before = table.ledger.table().schema().find_field("id").field_id
    table.use("replace", [], columns={"properties": [{"name": "number", "physicalType": "bigint", "id": "key"}]})
    table.deliver([[2]], only=True, header="number")
    table.run()
    found = table.ledger.table()
    assert [(field.name, field.field_id) for field in found.schema().fields] == [("number", before)]
    assert table.rows(found.snapshots()[0].snapshot_id) == [["1"]]


def test_expired_snapshots_take_their_files_and_leave_what_was_read(table):
    for number in range(3):
        table.use("append", ["country"])
        table.deliver([[number, "DE", None, None, None]])
        table.run()
    table.use("replace", ["country"])
    last = table.run()
    found = expire(table.job, table.world, datetime.timedelta(0))
    assert found.versions == (1, 2, 3)
    assert found.files == 3
    assert len(table.rows()) == 3
    left = table.ledger.table().snapshots()
    assert {one.sequence_number for one in left} >= {found.version}
    assert not {1, 2, 3} & {one.sequence_number for one in left}
    table.use("append", ["country"])
    assert table.run().outcome == "nothing new"
    assert table.ledger.snapshot().rows == last.snapshot.rows == 3
    assert table.ledger.seqs()[:4] == [1, 2, 3, 4]
    verified = verify(table.job, table.world)
    assert not verified.damage


def test_appends_go_on_where_older_snapshots_have_expired(table):
    """What was read, and what was kept of files that stand, outlives the snapshots that brought them."""
    table.use("append", ["country"])
    for number in range(2):
        table.deliver([[number, "DE", None, None, None]])
        table.run()
    assert expire(table.job, table.world, datetime.timedelta(0)).versions == (1,)
    assert {part.txn for part in Metrics(table.ledger).parts()} == {table.ledger.entry(seq).txn for seq in (1, 2)}
    assert table.run().outcome == "nothing new"
    table.deliver([[2, "FR", None, None, None]])
    assert table.run().entry.counts.read == 1
    assert len(table.rows()) == table.ledger.snapshot().rows == 3


def test_compaction_puts_files_together(table):
    for number in range(3):
        table.use("append", ["country"])
        table.deliver([[number, "DE", None, None, None]])
        table.run()
    compact(table.job, table.made.engine, table.world, Choice())
    snapshot = table.ledger.snapshot()
    assert snapshot.files == 1
    assert len(table.rows()) == 3
    assert table.ledger.table().current_snapshot().summary.operation.value == "replace"
    assert table.run().outcome == "nothing new"


def test_tags_are_those_of_iceberg(table):
    table.deliver(ROWS)
    table.run()
    tag(table.job, table.world, "audited", "1")
    table.deliver([[4, "IT", None, None, None]])
    table.run()
    found = table.ledger.table()
    assert found.scan(snapshot_id=found.snapshot_by_name("audited").snapshot_id).to_arrow().num_rows == 3
    with pytest.raises(MeshError) as raised:
        tag(table.job, table.world, "main", "1")
    assert raised.value.code == "TAG_TAKEN"
    expire(table.job, table.world, datetime.timedelta(0))
    assert table.ledger.table().snapshot_by_name("audited") is not None
    untag(table.job, table.world, "audited")
    assert "audited" not in table.ledger.table().metadata.refs


def test_branches_and_metadata_of_dead_runs_are_removed(table, monkeypatch):
    table.deliver(ROWS)
    table.run()
    table.deliver([[4, "IT", None, None, None]])
    staged = table.stage()
    monkeypatch.setattr(steps, "audit", lambda *given: (_ for _ in ()).throw(Dies))
    with pytest.raises(Dies):
        commit(staged)
    monkeypatch.undo()
    assert len(table.ledger.table().metadata.refs) == 2
    found = orphans(table.job, table.world, datetime.timedelta(0))
    assert found.fenced == (staged.txn,)
    assert list(table.ledger.table().metadata.refs) == ["main"]
    assert not found.foreign
    with pytest.raises(MeshError):
        commit(staged)
    expire(table.job, table.world, datetime.timedelta(days=1))
    orphans(table.job, table.world, datetime.timedelta(0))
    assert table.rows() == text(ROWS)
    assert table.run().outcome == "published"
    assert len(table.rows()) == 4


@pytest.mark.skipif(os.environ.get("MESH_ENGINE", "embedded") != "embedded", reason="says the same on every engine")
def test_a_table_in_s3(table, s3, s3_environment):
    warehouse = f"s3://lake/{table.made.root.name}"
    env = {"world": {"type": "local", "home": ".mesh"}, "values": {"warehouse": warehouse}}
    (table.made.root / "configs/env/local.yaml").write_text(json.dumps(env))
    table.deliver(ROWS)
    table.run()
    table.deliver([[4, "IT", None, None, None]])
    assert table.run().snapshot.rows == 4
    found = table.ledger.table()
    assert found.metadata_location.startswith(f"{warehouse}/d/it/metadata/")
    assert {one.file.record_count for one in found.scan().plan_files()} == {1}
    assert {one.file.file_path.rpartition("/data/")[0] for one in found.scan().plan_files()} == {f"{warehouse}/d/it"}


def test_another_product_reads_the_table(table):
    table.deliver(ROWS)
    table.run()
    columns = {"columns": {"id": "bigint", "country": "string", "amount": "decimal(9,2)"}}
    source = {"type": "table", "product": "d.it", "columns": ["id", "country", "amount"]}
    table.made.define("reader", columns, {"source": source, "target": {"mode": "append"}})
    assert table.made.run("reader").snapshot.rows == 3
    table.deliver([[4, "IT", None, "4.00", None]])
    table.run()
    report = table.made.run("reader")
    assert (report.entry.counts.read, report.snapshot.rows) == (1, 4)
    assert table.made.run("reader").outcome == "nothing new"


def test_query_shows_columns_and_no_hidden_keys(table):
    table.deliver(ROWS)
    table.run()
    project = Project.open(table.made.root)
    statement = Statement.parse("select * from d.it order by id", project.products())
    with ask(statement, project, partial(product_ledger, project)) as answer:
        assert answer.names == tuple(COLUMNS)
        assert text(answer.rows) == text(ROWS)
