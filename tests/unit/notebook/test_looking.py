"""How much of a source is read for a look at it, what is told of it, and what is hidden."""

from __future__ import annotations

import pytest

from mesh_etl.errors import MeshError, PlanError
from mesh_etl.notebook.masked import masked
from mesh_etl.notebook.sample import sample
from mesh_etl.plan import build


def sampled(product, most):
    return sample("source", build(product.job).inputs["source"], most)


def test_refused_rows_are_counted_by_rule(visits):
    found = sampled(visits, 100)
    assert (found.rows, found.read, found.whole) == (3, 4, True)
    assert found.refused == {"visit_id.TYPE_FORMAT": 1}
    assert found.told() == "all 4 rows of 1 file"


def test_no_more_is_read_than_was_asked_for(visits, root):
    """The file behind the first one is not whole: whoever reads it fails."""
    folder = root / "many"
    folder.mkdir()
    (folder / "1.csv").write_text("visit_id,email,page\n" + "1,a@example.com,/\n" * 50_000)
    (folder / "2.csv").write_bytes(b"visit_id,email,page\n" + b"\xff\x00" * 1_000)
    many = visits.change("source", path="many")
    found = sampled(many, 1_000)
    assert (found.rows, found.read, found.files, found.whole) == (1_000, 1_000, 1, False)
    assert found.told() == "the first 1,000 rows, from 1 of 2 files; a run reads all"


def test_large_cells_end_a_sample_before_its_rows_do(visits, root):
    rows = "".join(f"{one},a@example.com,{'x' * 1_000_000}\n" for one in range(60))
    (root / "visits.csv").write_text("visit_id,email,page\n" + rows)
    found = sampled(visits, 1_000)
    assert not found.whole
    assert 32 <= found.rows < 60


def test_a_header_without_rows_is_an_empty_sample(visits, root):
    (root / "visits.csv").write_text("visit_id,email,page\n")
    assert sampled(visits, 10).told() == "all 0 rows of 1 file"


def test_an_empty_file_is_told(visits, root):
    (root / "visits.csv").write_text("")
    with pytest.raises(PlanError) as error:
        visits.preview()
    assert error.value.code == "EMPTY_FILE"


def test_what_is_fetched_when_a_job_runs_cannot_be_looked_at(visits):
    source = "{type: rest, url: 'https://api.example.com/v', records: items}"
    remote = visits.with_text(visits.text.replace("{type: csv, path: visits.csv}", source))
    with pytest.raises(MeshError) as error:
        sampled(remote, 10)
    assert error.value.code == "PREVIEW_REMOTE"


def hidden(product, steps, **texts):
    return masked(build(product.job), steps, texts)


def test_a_column_is_hidden_as_the_contract_classifies_it(visits):
    assert hidden(visits, 0, visit_id=["1"], email=["x"], page=["ada@example.com"]) == {"email": "personal"}


def test_what_a_classified_column_is_made_of_is_hidden(visits):
    read = {"visit_id": "visit_id", "page": "page", "raw": {"from": "email", "type": "string"}}
    step = visits.change("source", columns=read).rename(columns={"raw": "email"})
    assert hidden(step, 0, raw=["x"]) == {"raw": "it holds email"}
    assert hidden(step, 1, email=["x"]) == {"email": "personal"}


def test_what_is_made_of_a_classified_column_is_hidden(visits):
    step = visits.derive(columns={"host": "substring(email, 5)"})
    assert hidden(step, 1, host=["x"]) == {"host": "it holds email"}


def test_what_a_later_step_masks_is_hidden_until_then(visits):
    step = visits.mask(columns=["page"], method={"type": "redact", "value": "-"})
    assert hidden(step, 0, page=["x"]) == {"page": "a later step masks it"}
    assert hidden(step, 1, page=["-"]) == {}


def test_behind_a_function_nothing_is_known(visits):
    step = visits.python(function="json:loads")
    assert hidden(step, 1, other=["x"]) == {"other": "what it is made of is not known"}


def test_what_looks_personal_is_hidden_where_nobody_has_judged_it(visits, root):
    (root / "visits.csv").write_text("visit_id,email,page,contact\n")
    step = visits.reads("visit_id", "email", "page", contact="string")
    found = hidden(step, 0, contact=["ada@example.com", "bo@example.com", "eva@example.com"])
    assert found == {"contact": "it looks personal"}
