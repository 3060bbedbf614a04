"""A product in a notebook, on the session that the notebook has: previews, verdicts and runs."""

from __future__ import annotations

import pytest

from mesh_etl import notebook
from mesh_etl.errors import MeshError
from tests.web import served

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: shop.visits
version: 1.0.0
status: active
domain: shop
team: {name: web-team}
schema:
  - name: visits
    properties:
      - {name: visit_id, logicalType: integer, physicalType: int, primaryKey: true, classification: internal}
      - {name: email, logicalType: string, required: true, classification: personal}
      - {name: country, logicalType: string, classification: public}
      - {name: seen_at, logicalType: timestamp, classification: public}
"""
JOB = """\
product: shop.visits
source: {type: csv, path: visits.csv}
target: {mode: replace}
checks: {max_rejected: 100%}
"""
ROWS = """\
visit_id,email,country,seen_at
1,ada@example.com,DE,2026-11-01 23:30:00Z
2,bo@example.com,<b>,2026-11-02 00:30:00Z
3,,SG,2026-11-02 00:30:00Z
3,cleo@example.com,SG,2026-11-03 00:30:00Z
x,eva@example.com,DE,2026-11-03 00:30:00Z
"""
COUNTRIES = "code,name\nDE,Germany\nSG,Singapore\n"


@pytest.fixture
def root(tmp_path):
    """The folder of a project with one product."""
    files = {
        "configs/mesh.yaml": "name: m\nwarehouse: warehouse\ndomains: {shop: {owner: web-team}}\n",
        "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
        "configs/shop/visits/contract.yaml": CONTRACT,
        "configs/shop/visits/job.yaml": JOB,
        "visits.csv": ROWS,
        "countries.csv": COUNTRIES,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def visits(root, engine):
    """The product, opened in the engine's session as in one that a notebook has."""
    return notebook.open("shop.visits", root, session=engine.session())


@pytest.fixture
def alone(root):
    """The product, opened without a session: what is asked of it is not about the engine."""
    return notebook.open("shop.visits", root)


def column(preview, name):
    """The shown cells of a column."""
    seen = preview.value
    index = list(seen.cells.types).index(name)
    return [row[index] for row in seen.cells.shown(tuple(seen.hidden))]


def test_rows_are_shown_in_order_and_what_is_classified_is_not(visits):
    seen = visits.preview()
    assert column(seen, "visit_id") == ["1", "2", "3", "3"]
    assert column(seen, "email") == ["•••", "•••", "NULL", "•••"]
    assert column(seen, "seen_at")[:2] == ["2026-11-01 23:30:00", "2026-11-02 00:30:00"]
    assert "refused: visit_id.TYPE_FORMAT 1" in repr(seen)
    assert "&lt;b&gt;" in seen._repr_html_()
    assert "@" not in repr(seen) + seen._repr_html_()
    assert column(visits.preview(reveal=True), "email")[0] == "ada@example.com"


def test_each_step_tells_what_it_has_changed(visits):
    product = (
        visits.input("countries", type="csv", path="countries.csv", columns={"code": typed(), "name": typed()})
        .filter(where="country <> 'XX'")
        .dedupe(keys=["visit_id"])
        .join(with_="countries", on={"country": "code"}, how="inner")
        .sql(query="select s.*, length(name) as letters from source s")
        .filter(where="letters > 7")
        .aggregate(group_by=["country"], columns={"visits": "count(*)"})
    )
    seen = product.preview()
    steps = seen.value.walked.steps
    assert [(one.rows, one.dropped) for one in steps] == [(4, 0), (3, 1), (2, 1), (2, 0), (1, 1), (1, 0)]
    assert [one.columns() for one in steps] == [
        "",
        "",
        "+name string",
        "+letters int",
        "",
        "+visits bigint, -visit_id, -email, -seen_at, -name, -letters",
    ]
    assert column(seen, "country") == ["SG"]


def test_one_looks_at_the_rows_behind_any_step(alone):
    product = alone.filter(where="country <> 'XX'").dedupe(keys=["visit_id"]).select(columns=["visit_id"])
    assert [list(product.preview(step=step).value.cells.types)[-1] for step in (0, 2, 3)] == [
        "seen_at",
        "seen_at",
        "visit_id",
    ]
    assert [len(product.preview(step=step).value.cells.rows) for step in (0, 2)] == [4, 3]
    assert len(product.preview(rows=1, of=2).value.cells.rows) == 1


def typed():
    return {"type": "string"}


def test_the_verdict_is_that_of_the_contract(visits):
    answer = visits.check()
    checked = answer.value
    found = {one.rule: (one.status, one.rows) for one in checked.verdicts}
    assert found["email.required"] == ("rejected rows", 1)
    assert found["columns"][0] == "passed"
    assert (checked.read, checked.kept) == (4, 3)
    assert "✗" in repr(answer)


def test_a_column_that_the_contract_does_not_have_is_a_broken_rule(alone):
    checked = alone.derive(columns={"extra": "1"}).check().value
    assert [one.rule for one in checked.broken] == ["extra.column", "email.required"]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"type": "filter", "where": "contry = 'DE'"}, "COLUMN_MISSING"),
        ({"type": "filter", "where": "visit_id + 1"}, "NOT_A_CONDITION"),
        ({"type": "join", "with": "none", "on": ["country"]}, "INPUT_MISSING"),
        ({"type": "python", "function": "no_such:thing"}, "PYTHON_IMPORT"),
        ({"type": "derive", "columns": {"broken": "visit_id / (visit_id - visit_id)"}}, "ENGINE_FAILED"),
    ],
)
def test_what_a_step_cannot_do_is_told_without_a_value(alone, step, code):
    product = alone.step(step.pop("type"), **step)
    with pytest.raises(MeshError) as error:
        product.preview()
    assert error.value.code == code
    assert "ada" not in str(error.value)


def test_a_service_is_looked_at_in_the_session(root, engine):
    """Databases: jdbc/test_preview.py."""
    with served() as web:
        web.says([{"visit_id": 7, "email": "a@example.com", "country": "SG", "seen_at": "2026-11-01T00:00:00Z"}], [])
        path = root / "configs/shop/visits/job.yaml"
        source = f"{{type: rest, url: '{web.url}/v', paging: {{type: page}}}}"
        path.write_text(JOB.replace("{type: csv, path: visits.csv}", source))
        remote = notebook.open("shop.visits", root, session=engine.session()).filter(where="country = 'SG'")
        seen = remote.preview()
    assert "read        all 1 row\n" in repr(seen)
    assert column(seen, "visit_id") == ["7"]


@pytest.mark.parametrize(("opened", "ask"), [("visits", "preview"), ("alone", "check")])
def test_the_step_in_which_the_engine_stops_is_named(request, opened, ask):
    """Engines work late: the second step fails when the third one is counted, or when rows are shown."""
    product = (
        request.getfixturevalue(opened)
        .filter(where="country <> 'XX'")
        .derive(columns={"broken": "visit_id / (visit_id - visit_id)"})
        .filter(where="broken > 1")
        .select(columns=["visit_id"])
    )
    with pytest.raises(MeshError) as error:
        getattr(product, ask)()
    assert error.value.code == "ENGINE_FAILED"
    assert "configs/shop/visits/job.yaml:5:5: transforms[1]: the engine stopped" in str(error.value)


def test_an_empty_source_is_no_error(alone, root):
    (root / "visits.csv").write_text(ROWS.splitlines()[0] + "\n")
    assert "there is no row in the source" in repr(alone.preview())
    assert alone.check().value.read == 0


def test_it_runs_in_the_session_and_leaves_it_open(visits, engine):
    assert "would be created" in repr(visits.plan())
    report = visits.run()
    assert report.value.entry.counts.good == 3
    assert "version 1 published" in report._repr_html_()
    assert visits.run().value.outcome == "done before"
    assert [row.version for row in visits.history().value] == [1]
    assert visits.history().value[0].rejected_percent == pytest.approx(40)
    refused = visits.quarantine()
    assert len(refused.value) == 2
    assert "example.com" not in repr(refused) + repr(refused.value)
    assert "eva@example.com" in repr(visits.quarantine(reveal=True))
    assert engine.session().range(1).count() == 1


@pytest.mark.parametrize("mode", ["append", {"type": "merge", "keys": ["visit_id"], "order_by": ["seen_at"]}])
def test_what_a_run_has_read_can_be_looked_at_again(alone, mode):
    product = alone.change("target", mode=mode).dedupe(keys=["visit_id"])
    product.write(replace=True)
    product.run()
    assert len(product.preview().value.cells.rows) == 3
