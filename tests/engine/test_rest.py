"""A web service as the source of a product: secrets stay where they are, and the same answers make no new version."""

from __future__ import annotations

import pytest

from mesh_etl.errors import PlanError, RunError
from tests.web import Reply, served

SECRET = "hush-hush-7f3a"


@pytest.fixture
def web():
    with served() as one:
        yield one


@pytest.fixture
def product(project, web, monkeypatch):
    monkeypatch.setenv("SERVICE_TOKEN", SECRET)
    made = project()
    token = {"secret": "env:SERVICE_TOKEN"}
    source = {"type": "rest", "url": f"{web.url}/v1", "headers": {"X-Token": token}, "params": {"key": token}}
    source |= {"paging": {"type": "page"}, "retries": {"attempts": 1}}
    made.define("it", {"columns": {"id": "int"}}, {"source": source})
    made.source = source
    return made


def test_no_secret_is_left_behind(product, web):
    web.answer = lambda asked: [{"id": 1}, {"id": "x"}] if asked.params["page"] == "1" else []
    report = product.run("it")
    assert (report.entry.counts.good, report.entry.counts.quarantined) == (1, 1)
    assert {(one.fields["x-token"], one.params["key"]) for one in web.asked} == {(SECRET, SECRET)}
    assert [one.path for one in report.entry.inputs] == [f"{web.url}/v1#page=1", f"{web.url}/v1#page=2"]
    left = [path for path in product.root.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert left == []


def test_the_same_answers_make_no_new_version(product, web):
    pages = {"1": [{"id": 1}], "2": []}
    web.answer = lambda asked: pages[asked.params["page"]]
    assert product.run("it").snapshot.seq == 1
    assert product.run("it").snapshot.seq == 1
    pages["1"] = [{"id": 2}]
    assert product.run("it").snapshot.seq == 2


def test_a_failure_says_where_and_shows_no_secret(product, web):
    web.says(Reply(SECRET.encode(), 500))
    with pytest.raises(RunError) as raised:
        product.run("it")
    assert (raised.value.code, raised.value.retryable) == ("SERVICE_FAILED", True)
    assert f"{web.url}/v1#page=1" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_rows_cannot_be_told_new_from_old(product):
    product.define("it", {"columns": {"id": "int"}}, {"source": product.source, "target": {"mode": "append"}})
    with pytest.raises(PlanError) as raised:
        product.run("it")
    assert raised.value.code == "MODE_UNFIT"
