"""Refused rows are replayed by today's contract and job: cases of tests/cases/quarantine, and what always holds.

On engine spark, only cases that say `engines: all` are played: the others say the same on every engine.
A case: `files`, `columns` or `properties`, and `job` are those of today; `before` has what was otherwise when the rows
were refused, `then` what changed after that (files too); `replay` says what the replay came to, `rows` what the table
holds and `refused` what the quarantine holds afterwards.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.errors import MeshError
from mesh_etl.plan.build import ledger_of
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice, rows
from mesh_etl.tables.quarantine import kept
from tests.web import served

CASES = Path(__file__).parent.parent / "cases" / "quarantine"
EMBEDDED = os.environ.get("MESH_ENGINE", "embedded") == "embedded"
same_on_every_engine = pytest.mark.skipif(not EMBEDDED, reason="says the same on every engine")
NOTHING = {
    name: 0 for name in ("chosen", "replayed", "published", "refused", "deduplicated", "filtered", "consumed", "made")
}


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            if EMBEDDED or case.get("engines") == "all":
                yield pytest.param(case, id=case["it"])


class Product:
    """The product `d.it` of a project, whose refused rows are replayed."""

    def __init__(self, project):
        self.project = project

    def define(self, case):
        table = {key: case[key] for key in ("columns", "properties") if key in case}
        self.project.define("it", table, case["job"])

    @property
    def job(self):
        return load("d.it", self.project.root, "local")

    @property
    def ledger(self):
        return ledger_of(self.job, "d.it")

    def run(self):
        return self.project.run("it")

    def replay(self, rule="", since="", dry_run=False):
        job = self.job
        world = worlds.open(job.project.env, job.project.root)
        return replay(job, self.project.engine, world, Choice(rule, since), dry_run).to_json()

    def refused(self):
        """The rows in the quarantine, as cases state them."""
        ledger = self.ledger
        found = rows(ledger, kept(ledger.entries(), self.job.job.quarantine.age))
        told = [
            {
                "file": row.file and Path(row.file).name,
                "line": row.line,
                "raw": row.raw,
                "rules": sorted(":".join(filter(None, why)) for why in row.broken),
            }
            for row in found
        ]
        return sorted(told, key=lambda row: (row["file"] or "", row["line"] or 0, row["raw"]))

    def table(self, table_rows):
        head = self.ledger.snapshot()
        return table_rows(type("Report", (), {"snapshot": head, "root": self.ledger.layout.root}))


@pytest.fixture
def product(project):
    return Product(project())


@pytest.mark.parametrize("case", list(_cases()))
def test_case(case, product, table_rows, plain_rows):
    product.project.put(case["files"])
    product.define(case | case.get("before", {}))
    product.run()
    before = product.refused()
    then = case.get("then", {})
    product.define(case | then)
    product.project.put(then.get("files", {}))
    if "raises" in case:
        code, _, text = case["raises"].partition(" ")
        with pytest.raises(MeshError) as raised:
            product.replay()
        assert raised.value.code == code
        assert text in str(raised.value)
        return

    tried = product.replay(dry_run=True)
    assert (product.refused(), product.ledger.seqs()) == (before, [1]), "a dry run leaves all as it is"
    found = product.replay()
    assert found["outcome"] == "published"
    assert {key: found[key] for key in NOTHING} == NOTHING | {
        key: rows for key, rows in case["replay"].items() if key != "stuck"
    }
    assert {key: found[key] for key in NOTHING} == {key: tried[key] for key in NOTHING}
    assert found["stuck"] == case["replay"].get("stuck", {})
    assert product.refused() == case["refused"]
    kept_rows = product.table(table_rows)
    assert kept_rows == plain_rows(case["rows"])

    again = product.replay()
    assert again["outcome"] in ("nothing changes", "nothing to replay")
    assert product.ledger.seqs() == [1, 2]
    assert (product.refused(), product.table(table_rows)) == (case["refused"], kept_rows)
    _check_strays(product.ledger)


def _check_strays(ledger):
    """No file of refused rows is there that no commit names, and nothing is spilled."""
    root = Path(ledger.layout.root)
    named = {file.path for entry in ledger.entries() for file in entry.quarantine.files}
    assert {str(path.relative_to(root)) for path in (root / "quarantine").rglob("*.parquet")} <= named
    assert [path for path in (root / "_spill").rglob("*") if path.is_file()] == []


CSV = {"type": "csv", "path": "data/*.csv"}
LENIENT = {**CSV, "numbers": {"leading_zeros": True}}
TABLE = {"columns": {"id": "int", "n": "int"}}


@pytest.fixture
def two_runs(product):
    """A table of two commits, each with refused rows, and a job that now reads some of them."""
    for name, text in (("a", "id,n\n1,01\nx,1\n"), ("b", "id,n\n2,02\ny,2\n3,3\n")):
        product.project.put({f"data/{name}.csv": text})
        product.define(TABLE | {"job": {"source": CSV, "target": {"mode": "append"}}})
        product.run()
    product.define(TABLE | {"job": {"source": LENIENT, "target": {"mode": "append"}}})
    return product


@same_on_every_engine
def test_only_rows_of_one_rule_are_replayed(two_runs, table_rows):
    found = two_runs.replay(rule="n.TYPE_FORMAT")
    assert (found["chosen"], found["published"], found["version"]) == (2, 2, 3)
    assert two_runs.table(table_rows) == [[1, 1], [2, 2], [3, 3]]
    assert [(row["file"], row["raw"]) for row in two_runs.refused()] == [("a.csv", "x,1"), ("b.csv", "y,2")]


@same_on_every_engine
def test_only_rows_since_a_version_or_a_day_are_replayed(two_runs):
    assert two_runs.replay(since="2999-01-01")["outcome"] == "nothing to replay"
    assert two_runs.replay(since="2")["published"] == 1
    assert [row["raw"] for row in two_runs.refused()] == ["1,01", "x,1", "y,2"]
    assert two_runs.replay(since="2020-01-01")["published"] == 1


@same_on_every_engine
def test_what_is_left_of_a_file_does_not_grow_younger(two_runs):
    before = {row.raw: (row.held.seq, row.held.at) for row in rows_of(two_runs)}
    two_runs.replay()
    assert {row.raw: (row.held.seq, row.held.at) for row in rows_of(two_runs)} == {
        raw: before[raw] for raw in ("x,1", "y,2")
    }


@same_on_every_engine
def test_a_rule_that_refused_nothing_is_unknown(two_runs):
    with pytest.raises(MeshError) as raised:
        two_runs.replay(rule="TYPE_FORMATT")
    assert raised.value.code == "UNKNOWN_RULE"
    assert "did you mean 'TYPE_FORMAT'?" in str(raised.value)


@same_on_every_engine
def test_a_replay_that_breaks_a_key_publishes_nothing(product, table_rows):
    key = {"properties": [{"name": "id", "physicalType": "int", "unique": True}]}
    product.project.put({"data/a.csv": "id\n1\n01\n"})
    product.define(key | {"job": {"source": CSV, "target": {"mode": "append"}}})
    product.run()
    product.define(key | {"job": {"source": LENIENT, "target": {"mode": "append"}}})
    with pytest.raises(MeshError) as raised:
        product.replay()
    assert raised.value.code == "RULE_FAILED"
    assert product.table(table_rows) == [[1]]
    assert [row["raw"] for row in product.refused()] == ["01"]
    _check_strays(product.ledger)


@same_on_every_engine
def test_only_rows_since_the_table_was_replaced_are_replayed(product, table_rows):
    product.project.put({"data/a.csv": "id,n\n1,01\n2,2\n"})
    product.define(TABLE | {"job": {"source": CSV}})
    product.run()
    product.project.put({"data/a.csv": "id,n\n3,03\n4,4\n"})
    product.run()
    product.define(TABLE | {"job": {"source": LENIENT}})
    found = product.replay()
    assert (found["chosen"], found["published"]) == (1, 1)
    assert product.table(table_rows) == [[3, 3], [4, 4]]
    product.run()
    assert product.table(table_rows) == [[3, 3], [4, 4]], "a later replace makes the same of the whole file"
    assert product.refused() == []


@same_on_every_engine
def test_objects_of_a_service_are_replayed_without_it(product, table_rows):
    columns = {"columns": {"id": "int"}}
    with served() as web:
        web.answer = lambda asked: [{"id": 1}, {"id": 2, "more": [1]}] if asked.params["page"] == "1" else []
        source = {"type": "rest", "url": f"{web.url}/v1", "paging": {"type": "page"}, "retries": {"attempts": 1}}
        product.define(columns | {"job": {"source": source}})
        product.run()
    product.define(columns | {"job": {"source": {**source, "drift": "ignore"}}})
    found = product.replay()
    assert (found["chosen"], found["published"], found["stuck"]) == (1, 1, {})
    assert product.table(table_rows) == [[1], [2]]
    assert product.refused() == []


@same_on_every_engine
def test_rows_of_another_product_are_replayed_while_they_stand(product, table_rows):
    made = product.project
    other = {"columns": {"s": "string"}}
    made.put({"other.csv": "s\nlong\nab\n"})
    made.define("other", other, {"source": {"type": "csv", "path": "other.csv"}})
    made.run("other")
    source = {"type": "table", "product": "d.other"}
    short = [{"name": "s", "physicalType": "string", "logicalType": "string", "logicalTypeOptions": {"maxLength": 3}}]
    product.define({"properties": short, "job": {"source": source}})
    product.run()
    product.define({"columns": {"s": "string"}, "job": {"source": source}})
    assert product.replay()["published"] == 1
    assert product.table(table_rows) == [["ab"], ["long"]]


@same_on_every_engine
def test_rows_whose_file_does_not_fit_the_contract_any_more_stay(product, table_rows):
    source = {**CSV, "drift": "ignore"}
    product.project.put({"data/a.csv": "id\n01\n1\n", "data/b.csv": "id,n\n02,2\n"})
    product.define(TABLE | {"job": {"source": source, "target": {"mode": "append"}}})
    product.run()
    lenient = {**LENIENT, "drift": "fail"}
    product.define(TABLE | {"job": {"source": lenient, "target": {"mode": "append"}}})
    found = product.replay()
    assert (found["chosen"], found["published"]) == (2, 1)
    assert found["stuck"] == {"its file does not fit: the header lacks 'n' [COLUMN_MISSING]": 1}
    assert product.table(table_rows) == [[1, None], [2, 2]]
    assert [row["raw"] for row in product.refused()] == ["01"]


@same_on_every_engine
@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"PAR1")])
def test_a_file_of_refused_rows_that_is_gone_or_damaged_is_told(two_runs, harm):
    root = Path(two_runs.ledger.layout.root)
    harm(next(iter(sorted((root / "quarantine").rglob("*.parquet")))))
    with pytest.raises(MeshError) as raised:
        two_runs.replay()
    assert raised.value.code == "QUARANTINE_UNREADABLE"


def rows_of(product):
    ledger = product.ledger
    return list(rows(ledger, kept(ledger.entries(), product.job.job.quarantine.age)))
