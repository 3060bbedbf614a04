"""How much of a source is read for a look at it, what is told of it, and what is hidden."""

from __future__ import annotations

import pytest

from mesh_etl.errors import MeshError, PlanError
from mesh_etl.notebook.masked import masked
from mesh_etl.notebook.sample import sample
from mesh_etl.plan import build
from mesh_etl.sources.web.pages import FIRST_PAGES
from tests.web import Reply, served

SECRET = "hush-hush-7f3a"


def sampled(product, most):
    return sample("source", build(product.job).inputs["source"], most, product._world.secret)


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


class TestOfAService:
    """What a service hands out page by page."""

    @pytest.fixture
    def web(self):
        with served() as one:
            yield one

    @pytest.fixture
    def remote(self, visits, web, monkeypatch):
        """The product, of a service that has pages of two visits and wants a token."""
        monkeypatch.setenv("VISITS_TOKEN", SECRET)
        web.answer = lambda asked: [visit(2 * int(asked.params["page"]) - one) for one in (1, 0)]
        source = (
            f"{{type: rest, url: '{web.url}/v', paging: {{type: page}}, params: {{key: {{secret: env:VISITS_TOKEN}}}}}}"
        )
        return visits.with_text(visits.text.replace("{type: csv, path: visits.csv}", source))

    def test_no_more_pages_are_asked_for_than_the_rows_are_in(self, remote, web):
        found = sampled(remote, 3)
        assert (found.rows, len(web.asked)) == (3, 2)
        assert found.told() == "the first 3 rows; a run reads all"

    def test_a_service_with_small_pages_is_not_asked_for_all_of_them(self, remote, web):
        assert sampled(remote, 1_000).told() == f"the first {2 * FIRST_PAGES} rows; a run reads all"
        assert len(web.asked) == FIRST_PAGES

    def test_what_comes_whole_is_told_so(self, remote, web):
        web.answer = lambda asked: [visit(1), visit("x")] if asked.params["page"] == "1" else []
        found = sampled(remote, 2)
        assert (found.told(), found.refused) == ("all 2 rows", {"visit_id.TYPE_FORMAT": 1})

    def test_its_secret_is_sent_and_shown_nowhere(self, remote, web):
        seen = remote.preview(rows=2)
        assert {one.params["key"] for one in web.asked} == {SECRET}
        for shown in (seen, remote, remote.plan(), remote.lineage()):
            assert SECRET not in repr(shown) + shown._repr_html_()
        assert seen.value.hidden == {"email": "personal"}

    def test_a_failure_has_a_code_and_leaves_nothing(self, remote, web, tmp_path, monkeypatch):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        web.says(Reply(SECRET.encode(), 404))
        before = sorted(tmp_path.iterdir())
        with pytest.raises(MeshError, match=r"/v\#page=1: ") as error:
            remote.preview()
        assert SECRET not in str(error.value)
        assert sorted(tmp_path.iterdir()) == before


def visit(number):
    return {"visit_id": number, "email": "ada@example.com", "page": "/"}


def hidden(product, steps, **texts):
    return masked(build(product.job), steps, texts)


def test_a_column_is_hidden_as_the_contract_classifies_it(visits):
    assert hidden(visits, 0, visit_id=["1"], email=["x"], page=["ada@example.com"]) == {"email": "personal"}


def test_what_a_classified_column_is_made_of_is_hidden(visits):
    read = {"visit_id": "visit_id", "page": "page", "raw": {"from": "email", "type": "string"}}
    step = visits.change("source", columns=read).rename(columns={"raw": "email"})
    assert hidden(step, 0, raw=["x"]) == {"raw": "it holds email"}
    assert hidden(step, 1, email=["x"]) == {"email": "personal"}


def test_a_column_that_bears_the_name_of_another_is_hidden_as_what_it_will_be(visits):
    read = {"visit_id": "visit_id", "page": "email", "email": "page"}
    swapped = visits.change("source", columns=read).rename(columns={"page": "email", "email": "page"})
    assert hidden(swapped, 0, email=["/"], page=["x"]) == {"email": "personal", "page": "it holds email"}
    assert hidden(swapped, 1, email=["x"], page=["/"]) == {"email": "personal"}


def test_a_column_that_is_yet_to_be_cut_short_is_judged_by_its_looks(visits):
    cut = visits.derive(replace={"page": "sha2(page, 256)"})
    addresses = ["ada@example.com", "bo@example.com", "eva@example.com"]
    assert hidden(cut, 0, page=addresses) == {"page": "it looks personal"}
    assert hidden(cut, 1, page=["9f86d081"]) == {}


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


def test_what_a_program_gets_shows_no_cell_by_itself(visits):
    seen = visits.preview()
    assert "ada@example.com" in seen.value.cells.rows[0]
    assert "@" not in repr(seen.value) + repr(seen.value.cells) + repr(seen.value.walked)


def test_numbers_are_flush_right(visits):
    assert '<td style="padding:2px 8px;vertical-align:top;text-align:right;white-space:pre-wrap">1</td>' in (
        visits.preview()._repr_html_()
    )


def test_rows_that_nobody_asks_for_are_not_said_to_be_missing(visits):
    assert "no row is left" not in repr(visits.preview(rows=0))
    assert "no row is left" in repr(visits.filter(where="visit_id > 100").preview())
    assert "no row is left to be checked" in repr(visits.filter(where="visit_id > 100").check())
