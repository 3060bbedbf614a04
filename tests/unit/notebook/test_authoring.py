"""Steps as calls: what a product says after each, and how a mistake is told."""

from __future__ import annotations

import inspect

import pytest

from mesh_etl import notebook
from mesh_etl.config.compiled import Compiled
from mesh_etl.config.yaml import read
from mesh_etl.errors import ConfigError, MeshError
from mesh_etl.transforms.base import transform


def codes(error):
    return [one.code for one in error.value.faults]


def test_each_call_gives_a_new_product(visits):
    first = visits.filter(where="visit_id > 1")
    again = visits.filter(where="visit_id > 1")
    assert first == again
    assert visits.job.job.transforms == ()
    assert len(first.dedupe(keys=["visit_id"]).job.job.transforms) == 2


def test_every_transform_is_a_method_with_its_own_keys(visits):
    assert set(transform) <= set(dir(visits))
    assert str(inspect.signature(visits.dedupe)) == "(*, keys, order_by=())"
    assert "Keep one row per key" in visits.dedupe.__doc__


def test_a_word_of_python_is_given_with_a_line_behind_it(visits):
    text = (
        visits.input("pages", type="csv", path="p.csv", columns={"page": {"type": "string"}})
        .join(with_="pages", on=["page"], how="semi")
        .text
    )
    assert '- {type: join, with: pages, "on": [page], how: semi}' in text


def test_sections_are_changed_key_by_key(visits):
    changed = visits.change("target", partition_by=["page"]).change("checks", max_rejected="5%")
    assert [str(one) for one in changed.job.job.target.partition_by] == ["page"]
    assert str(changed.job.job.checks.max_rejected) == "5%"
    assert changed.job.job.target.mode.type == "replace"


def test_the_source_reads_what_it_is_told(visits):
    source = visits.reads("visit_id", "email", seconds="double").job.job.source
    assert {name: one.type for name, one in source.columns.items()} == {
        "visit_id": None,
        "email": None,
        "seconds": "double",
    }


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        (lambda one: one.filter(wehre="true"), "UNKNOWN_KEY", "did you mean 'where'?"),
        (lambda one: one.filter(where="page ="), "INVALID_VALUE", "is not SQL"),
        (lambda one: one.filter("page = 'x'"), "KEYS_NAMED", "filter(where=…)"),
        (lambda one: one.step("fliter", where="true"), "UNKNOWN_TYPE", "did you mean 'filter'?"),
        (lambda one: one.change("tagret", mode="append"), "UNKNOWN_KEY", "did you mean 'target'?"),
        (lambda one: one.change("target", mode="apend"), "UNKNOWN_TYPE", "did you mean 'append'?"),
        (lambda one: one.with_text("product: shop.visits\n"), "MISSING_KEY", ""),
        (lambda one: one.with_text("{"), "YAML_SYNTAX", ""),
        (lambda one: one.preview(step=3), "UNKNOWN_STEP", ""),
        (lambda one: one.python(function=print), "WRONG_TYPE", "'module:function'"),
    ],
)
def test_a_mistake_is_told_at_once_with_its_place(visits, act, code, words):
    with pytest.raises(ConfigError) as error:
        act(visits)
    assert code in codes(error)
    assert words in str(error.value)
    assert "job.yaml" in str(error.value) or code in ("KEYS_NAMED", "UNKNOWN_TYPE", "WRONG_TYPE")


def test_what_a_product_does_not_have_is_told(visits):
    with pytest.raises(ConfigError, match="did you mean 'preview'") as error:
        visits.preveiw()
    assert codes(error) == ["UNKNOWN_CALL"]
    assert not hasattr(visits, "preveiw")
    assert not hasattr(visits, "_repr_png_")


def test_a_column_that_a_step_misses_is_told_with_the_line_of_the_step(visits):
    with pytest.raises(
        MeshError, match=r"configs/shop/visits/job\.yaml:5:27: transforms\[0\]\.where: no column 'pgae'"
    ):
        visits.filter(where="pgae = 'x'").preview()


def test_a_notebook_shows_the_faults_and_no_traceback(visits):
    with pytest.raises(ConfigError) as error:
        visits.filter(wehre="true")
    lines = error.value._render_traceback_()
    assert len(lines) == 2
    assert all(one.startswith("error: configs/shop/visits/job.yaml:") for one in lines)


def test_a_product_shows_what_it_is_in_text_and_html(visits):
    step = visits.filter(where="page <> '<b>'")
    assert "as in configs/shop/visits/job.yaml" in repr(visits)
    assert "not yet written" in repr(step)
    assert "&lt;b&gt;" in step._repr_html_()
    assert "<b>" not in step._repr_html_()


def test_without_a_project_the_way_out_is_told(tmp_path):
    with pytest.raises(ConfigError) as error:
        notebook.open("shop.visits", tmp_path)
    assert codes(error) == ["NO_PROJECT"]


def test_an_unknown_product_has_a_nearest_one(root):
    with pytest.raises(ConfigError, match=r"did you mean 'shop\.visits'"):
        notebook.open("shop.visit", root)


def test_a_fault_of_the_contract_is_told_with_its_line(visits, root):
    path = root / "configs/shop/visits/contract.yaml"
    path.write_text(path.read_text().replace("primaryKey", "primaryKye"))
    for ask in (lambda: visits.contract, visits.preview, visits.check, visits.plan):
        with pytest.raises(ConfigError, match=r"contract\.yaml:11:\d+: .*did you mean 'primaryKey'"):
            ask()


def test_a_draft_shows_what_was_found_and_is_open(tmp_path, monkeypatch):
    (tmp_path / "v.csv").write_text("id,mail\n1,ada@example.com\n2,bo@example.com\n")
    monkeypatch.chdir(tmp_path)
    drafted = notebook.draft("shop.mails", "v.csv", owner="web")
    assert "wrote configs/shop/mails/job.yaml" in repr(drafted)
    assert "personal?" in repr(drafted)
    assert "wrote" not in repr(drafted.filter(where="id > 1"))
    with pytest.raises(ConfigError, match=r'open\("shop.mails"\)') as error:
        notebook.draft("shop.mails", "v.csv")
    assert set(codes(error)) == {"FILE_EXISTS"}


@pytest.mark.parametrize("session", ["spark", object(), type("Old", (), {"version": "3.3.4", "conf": {}})()])
def test_a_session_that_is_none_is_told(root, session):
    with pytest.raises(MeshError) as error:
        notebook.open("shop.visits", root, session=session)
    assert codes(error) == ["SESSION_UNFIT"]


def test_a_compiled_job_is_opened_as_text_that_can_be_edited(root, tmp_path_factory):
    names = [path.relative_to(root).as_posix() for path in (root / "configs").rglob("*.yaml")]
    files = {name: read(root / name, name) for name in names}
    path = tmp_path_factory.mktemp("shipped") / "visits.json"
    path.write_bytes(Compiled("local", ("shop.visits",), files).data())
    opened = notebook.open("shop.visits", str(path))
    assert opened.project.root != root
    assert opened.job.job == notebook.open("shop.visits", root).job.job
    step = opened.filter(where="visit_id > 1")
    assert 'transforms:\n  - {type: filter, where: "visit_id > 1"}\ntarget:\n  mode: replace\n' in step.text
    assert step.write(replace=True).value
