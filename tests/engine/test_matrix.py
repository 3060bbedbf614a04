"""Every mode with every format, in both storages: the life of a small table, and what its readers find on the way."""

from __future__ import annotations

import datetime
import json
import os
from functools import partial
from itertools import product

import pytest

from mesh_etl import worlds
from mesh_etl.config import Project, load
from mesh_etl.contract.load import load as contract_of
from mesh_etl.expressions import Expression
from mesh_etl.frames.published import published
from mesh_etl.plan.ledgers import ledger_of, product_ledger
from mesh_etl.query import Statement, ask
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.delete import delete
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.rollback import rollback
from mesh_etl.upkeep.tag import tag
from mesh_etl.upkeep.verify.verify import verify

COLUMNS = {"id": "int", "country": "string", "note": "string", "at": "date"}
PERIOD = {"valid_from": "date", "valid_to": "date", "is_current": "boolean"}
MODES = {
    "append": "append",
    "replace": "replace",
    "replace_partitions": "replace_partitions",
    "merge": {"type": "merge", "keys": ["id"], "order_by": ["at"]},
    "cdc": {"type": "cdc", "keys": ["id"], "operation": "op", "sequence": "seq"},
    "scd2": {"type": "scd2", "keys": ["id"], "effective": "at"},
    "snapshot": {"type": "snapshot", "date": "loaded"},
}
MORE = {"scd2": PERIOD, "snapshot": {"loaded": "date"}}
WHOLE = ("replace", "replace_partitions", "snapshot")  # each delivery takes the place of the one before
FIRST = "1,DE,a,2026-01-01,I,001\n2,DE,b,2026-01-01,I,002\n3,FR,c,2026-01-01,I,003\n"
SECOND = "2,DE,B,2026-02-01,U,004\n4,DE,d,2026-02-01,I,005\n"
OLD = [(1, "a"), (2, "b"), (3, "c")]
ALL = sorted([*OLD, (2, "B"), (4, "d")])
BY_KEY = [(1, "a"), (2, "B"), (3, "c"), (4, "d")]
NEW = {
    "append": ALL,
    "replace": [(2, "B"), (4, "d")],
    "replace_partitions": [(2, "B"), (3, "c"), (4, "d")],
    "merge": BY_KEY,
    "cdc": BY_KEY,
    "scd2": ALL,
    "snapshot": ALL,
}
FORMATS = ("parquet", "orc", "iceberg")
# Every mode with every format, and each of both in a folder and in S3, which takes six times as long.
TABLES = [
    (mode, format_, "folder" if (row + column) % 3 else "s3")
    for (row, mode), (column, format_) in product(enumerate(MODES), enumerate(FORMATS))
]
SHARE = TABLES if os.environ.get("MESH_ENGINE", "embedded") == "embedded" else TABLES[::5]


class Life:
    """The product `d.it`, and what is done to its table."""

    def __init__(self, made, mode, format_, storage):
        self.made, self.mode = made, mode
        if storage == "s3":
            env = {"world": {"type": "local", "home": ".mesh"}, "values": {"warehouse": f"s3://lake/{made.root.name}"}}
            (made.root / "configs/env/local.yaml").write_text(json.dumps(env))
        keys = ["loaded"] if mode == "snapshot" else ["country"]
        target = {"mode": MODES[mode], "format": format_, "partition_by": keys}
        properties = [
            {"name": name, "physicalType": kind, "required": name in ("id", "at", "valid_from", "is_current")}
            for name, kind in {**COLUMNS, **MORE.get(mode, {})}.items()
        ]
        source = {"type": "csv", "path": "in/*.csv"}
        made.define("it", {"properties": properties}, {"source": source, "target": target})

    def deliver(self, number, lines):
        width = 6 if self.mode == "cdc" else 4
        rows = [line.split(",")[:width] for line in ("id,country,note,at,op,seq\n" + lines).splitlines()]
        before = {f"in/{number - 1}.csv": None} if number > 1 and self.mode in WHOLE else {}
        self.made.put({**before, f"in/{number}.csv": "".join(f"{','.join(row)}\n" for row in rows)})

    def run(self, date="2026-03-02"):
        return self.made.run("it", date)

    @property
    def job(self):
        return load("d.it", self.made.root, "local")

    @property
    def world(self):
        return worlds.open(self.job.project.env, self.made.root)

    def rows(self, name="d.it"):
        project = Project.open(self.made.root)
        statement = Statement.parse(f"select id, note from {name}", project.products())
        with ask(statement, project, partial(product_ledger, project)) as answer:
            return sorted(tuple(row) for row in answer.rows)

    def holds(self, rows):
        """The rows are those of the query, the catalogue is at the newest version, and nothing of the table is lost."""
        assert self.rows() == rows
        head = ledger_of(self.job, "d.it").snapshot()
        assert head.rows == len(rows)
        table = self.world.client("glue").get_table(DatabaseName="d", Name="it")["Table"]
        assert table["Parameters"]["mesh_etl.published_seq"] == str(head.seq)
        assert not verify(self.job, self.world).damage

    def read_by_others(self, rows):
        """Another product and another contract find the rows."""
        columns = {"columns": {"id": "int", "note": "string"}}
        source = {"type": "table", "product": "d.it", "columns": ["id", "note"]}
        self.made.define("reader", columns, {"source": source, "target": {"mode": "replace"}})
        self.made.run("reader")
        assert self.rows("d.reader") == rows
        ledger, contract = ledger_of(self.job, "d.it"), contract_of(self.job.contract_path)
        checked = published(contract, ledger, ledger.snapshot(), self.made.engine)
        assert (checked.rows, checked.broken) == (len(rows), ())


@pytest.mark.parametrize(("mode", "format_", "storage"), SHARE, ids=["-".join(one) for one in SHARE])
def test_a_table_lives(request, project, mode, format_, storage):
    if storage == "s3":
        request.getfixturevalue("lake")
    life = Life(project(), mode, format_, storage)
    life.deliver(1, FIRST)
    life.run("2026-03-01")
    life.holds(OLD)
    life.deliver(2, SECOND)
    life.run()
    life.holds(NEW[mode])
    assert life.run().outcome in ("nothing new", "done before")
    life.read_by_others(NEW[mode])

    tag(life.job, life.world, "first", "1")
    compact(life.job, life.made.engine, life.world)
    life.holds(NEW[mode])
    delete(life.job, life.made.engine, life.world, Expression.parse("id = 2"), "a ticket")
    life.holds([row for row in NEW[mode] if row[0] != 2])

    rollback(life.job, life.world, "first", accept=["deleted-rows"])
    life.holds(OLD)
    life.run()
    life.holds(NEW[mode])
    expire(life.job, life.world, datetime.timedelta(0))
    orphans(life.job, life.world, datetime.timedelta(0))
    life.holds(NEW[mode])
    assert not verify(life.job, life.world, checksums=True).damage
