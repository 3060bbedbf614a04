"""A contract held against a frame gives the verdicts of a run over the same rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mesh_etl.contract.load import load
from mesh_etl.errors import MeshError
from mesh_etl.testing import assert_contract
from tests.engine.conftest import share

CASES = Path(__file__).parent.parent / "cases" / "checks"
KEYS = ("properties", "quality")
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.2.0
status: active
schema:
  - name: people
    properties:
      - {name: id, physicalType: int, required: true, unique: true}
      - {name: age, physicalType: int, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 150}}
      - name: mail
        physicalType: string
        quality: [{metric: nullValues, mustBeLessThan: 50, unit: percent, severity: warning}]
    quality:
      - {type: custom, engine: mesh_etl, name: grown, implementation: {expression: age >= 18}, severity: warning}
      - {type: sql, name: some, query: "SELECT count(*) FROM {object}", mustBeGreaterThan: 1}
      - {type: text, description: People are kind.}
"""


@pytest.fixture
def contract(tmp_path):
    path = tmp_path / "contract.yaml"
    path.write_text(CONTRACT)
    return load(path)


@pytest.fixture
def people(engine):
    session = engine.session()
    return session.createDataFrame(
        [(1, 30, "a"), (2, 200, None), (None, -1, None), (4, 4, None)], "id int, age int, mail string"
    )


def test_tells_good_rows_from_bad_ones(contract, people):
    checked = contract.check(people)
    assert (checked.read, checked.kept, checked.passed) == (4, 2, False)
    assert sorted(row.id for row in checked.good.collect()) == [1, 4]
    assert checked.good.columns == ["id", "age", "mail"]
    bad = {row.age: [(one.rule, one.column) for one in row._violations] for row in checked.bad.collect()}
    assert bad == {200: [("age.range", "age")], -1: [("id.required", "id"), ("age.range", "age")]}
    assert {one.rule: (one.status, one.rows) for one in checked.verdicts} == {
        "columns": ("passed", 0),
        "id.required": ("rejected rows", 1),
        "id.unique": ("passed", 0),
        "age.range": ("rejected rows", 2),
        "mail.nullValues[0]": ("warned", 1),
        "grown": ("warned", 1),
        "some": ("passed", 0),
        "table.text[2]": ("not executed", 0),
    }


def test_says_what_is_wrong_with_columns(contract, engine):
    frame = engine.session().createDataFrame([("x", 1)], "id string, extra int")
    checked = contract.check(frame)
    statuses = {one.rule: one.status for one in checked.verdicts}
    assert [rule for rule, status in statuses.items() if status == "failed"] == [
        "id.column", "age.column", "mail.column", "extra.column",
    ]  # fmt: skip
    assert {statuses[name] for name in ("id.required", "id.unique", "age.range", "grown", "some")} == {"not executed"}


def test_asserts_without_a_cell(contract, people):
    with pytest.raises(AssertionError) as raised:
        assert_contract(people, contract)
    text = str(raised.value)
    assert "contract.yaml:10:9: id.required: id is not null: 1 of 4 rows break it; mend" in text
    assert "200" not in text
    assert assert_contract(people.where("id = 1 or id = 4"), contract).passed
    with pytest.raises(AssertionError, match="prose cannot be executed"):
        assert_contract(people.where("id = 1 or id = 4"), contract, allow_not_executed=False)


def test_shows_itself(contract, people):
    checked = contract.check(people)
    page = checked._repr_html_()
    assert "2 of 8 rules broken" in str(checked)
    assert "age.range" in page
    assert "&lt;=" in page, "what comes from the contract is escaped"
    assert "200" not in page + str(checked)


def test_row_rules_read_the_frame_once(contract, engine, tmp_path, by_value):
    """Every batch that the source makes leaves a line in a file: so do those of a second reading."""
    log = tmp_path / "read"
    columns = ", ".join(f"c{number} int" for number in range(10))
    text = CONTRACT.split("    properties:")[0] + "    properties:\n"
    for number in range(10):
        text += f"      - {{name: c{number}, logicalType: integer, physicalType: int, required: true, "
        text += f"logicalTypeOptions: {{minimum: {number}}}}}\n"
    (tmp_path / "many.yaml").write_text(text)
    frame = engine.session().range(0, 1000, 1, 2).mapInArrow(partial(by_value(reading), str(log)), columns)
    checked = load(tmp_path / "many.yaml").check(frame)
    assert len(checked.broken) == 9, "all but the least of the minimums"
    assert sum(map(int, log.read_text().split())) == 1000
    assert checked.bad.count() == 9
    assert sum(map(int, log.read_text().split())) == 2000, "good and bad rows are read when they are asked for"


def reading(log, batches):
    import pyarrow as pa

    for batch in batches:
        with open(log, "a") as file:
            file.write(f"{batch.num_rows}\n")
        numbers = batch.column(0).cast("int32")
        yield pa.RecordBatch.from_arrays([numbers] * 10, [f"c{number}" for number in range(10)])


def test_an_empty_frame_has_verdicts(contract, people):
    checked = contract.check(people.limit(0))
    assert (checked.read, checked.kept) == (0, 0)
    assert {one.rule for one in checked.broken} == {"some"}


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            if "want" in case and not {"relationships", "slaProperties", "target"} & case.keys():
                yield pytest.param(case, id=f"{path.stem}: {case['it']}")


@pytest.mark.parametrize("case", share(_cases(), 4))
def test_agrees_with_a_run(case, project, engine):
    """What the parser lets pass is read back from a table without rules, and held against the contract as a frame."""
    made = project()
    kind = "json" if case["given"].startswith("{") else "csv"
    made.put({"in": case["given"]})
    job = {"source": {"type": kind, "path": "in"}, **{key: case[key] for key in ("checks",) if key in case}}
    made.define("it", {key: case[key] for key in KEYS if key in case}, job)
    contract = load(made.root / "configs/d/it/contract.yaml")
    made.define("plain", {"columns": {one.name: one.type.ddl() for one in contract.schema}}, {"source": job["source"]})
    try:
        run = made.run("it")
    except MeshError:
        pytest.skip("the run fails, so that it leaves no verdicts to compare with")
    read = made.run("plain")
    files = [f"{read.root}/{file.path}" for one in read.snapshot.partitions.values() for file in one.files]
    if not files:
        pytest.skip("no row can be parsed")
    checked = contract.check(engine.session().read.parquet(*files))
    found = {one.rule: (one.status, one.rows) for one in checked.verdicts if one.rule != "columns"}
    known = {rule: found.get(rule) for rule in contract_rules(contract)}
    assert known == {one.rule: (one.status, one.rows) for one in run.entry.rules if one.rule in known}


def contract_rules(contract):
    """The rules that both can execute: a run knows the mesh around the table as well."""
    from mesh_etl.checks import planned

    checks = planned(contract)
    measured = {getattr(rule, "counts", None) for rule in checks.dataset}
    of_the_mesh = {rule.id for rule in checks.dataset if rule.source in ("reference", "states", "ledger")}
    return [rule for rule in checks.about if rule not in measured | of_the_mesh]
