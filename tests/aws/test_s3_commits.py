"""Runs whose requests are lost or refused on the way: what the ledger says holds, and the next run converges."""

from __future__ import annotations

import json

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.errors import MeshError
from mesh_etl.pipeline import run_job
from mesh_etl.run import engines
from tests.aws.test_s3_requests import _Raw
from tests.engine.conftest import Project

ENTRY = "/_ledger/00000000000000000001.json"


@pytest.fixture
def made(s3, tmp_path):
    """A project with a product in S3; call it for a run's report."""
    found = Project(tmp_path, None)
    env = {"world": {"type": "local", "home": ".mesh"}, "values": {"warehouse": "s3://lake/w"}}
    (tmp_path / "configs/env/local.yaml").write_text(json.dumps(env))
    found.define(
        "it", {"columns": {"id": "int"}}, {"source": {"type": "csv", "path": "in.csv"}, "target": {"mode": "append"}}
    )
    (tmp_path / "in.csv").write_text("id\n1\n2\n")

    def run():
        job = load("d.it", tmp_path, "local")
        with engines.open("embedded") as engine:
            return run_job(job, engine, worlds.open(job.project.env, job.project.root))

    return run


@pytest.fixture
def network(s3, monkeypatch):
    """Lets a function decide, by the request and what really sends it, what is answered."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    really = s3._endpoint.http_session.send

    def through(decide):
        monkeypatch.setattr(s3._endpoint.http_session, "send", lambda request: decide(request, really))

    through(lambda request, send: send(request))
    return through


def _is_commit(request):
    return request.method == "PUT" and request.url.endswith(ENTRY)


def _rows(s3):
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="lake").get("Contents", ())]
    return [key for key in keys if "/data/" in key], [key for key in keys if key.endswith(ENTRY)]


@pytest.mark.parametrize("times", [1, 7])
def test_a_commit_whose_answers_are_lost_is_made_once(s3, made, network, times):
    left = iter(range(times))

    def lossy(request, send):
        answer = send(request)
        if _is_commit(request) and next(left, None) is not None:
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    network(lossy)
    report = made()
    assert (report.outcome, report.snapshot.rows, report.entry.seq) == ("published", 2, 1)
    assert made().outcome == "nothing new"


def test_a_commit_that_is_refused_after_its_answer_was_lost_keeps_its_files(s3, made, network):
    """The credentials expire between a commit that was made and the repetition of its request."""
    sent = []

    def expiring(request, send):
        if sent:
            return AWSResponse(request.url, 403, {}, _Raw("<Error><Code>ExpiredToken</Code></Error>"))
        answer = send(request)
        if _is_commit(request):
            sent.append(request)
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    network(expiring)
    with pytest.raises(MeshError) as caught:
        made()
    assert caught.value.code == "COMMIT_UNKNOWN"
    network(lambda request, send: send(request))
    files, entries = _rows(s3)
    assert (len(files), len(entries)) == (1, 1)
    assert made().outcome == "nothing new"


def test_a_commit_that_never_arrives_is_made_by_the_next_run(s3, made, network):
    def deaf(request, send):
        if _is_commit(request):
            raise ReadTimeoutError(endpoint_url=request.url)
        return send(request)

    network(deaf)
    with pytest.raises(MeshError) as caught:
        made()
    assert (caught.value.code, caught.value.retryable) == ("COMMIT_UNKNOWN", True)
    network(lambda request, send: send(request))
    report = made()
    assert (report.outcome, report.snapshot.rows) == ("published", 2)


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (500, "InternalError")])
def test_a_busy_s3_is_asked_again(s3, made, network, status, code):
    """Every request of the run is refused once."""
    seen = set()

    def busy(request, send):
        if (request.method, request.url) in seen:
            return send(request)
        seen.add((request.method, request.url))
        return AWSResponse(request.url, status, {}, _Raw(f"<Error><Code>{code}</Code></Error>"))

    network(busy)
    report = made()
    assert (report.outcome, report.snapshot.rows) == ("published", 2)


def test_a_refusal_is_told_even_where_nothing_can_be_removed(s3, made, network):
    def read_only(request, send):
        if request.method == "PUT" and "/metrics/" in request.url:
            return AWSResponse(request.url, 403, {}, _Raw("<Error><Code>AccessDenied</Code></Error>"))
        if request.method == "DELETE" or "?delete" in request.url:
            return AWSResponse(request.url, 500, {}, _Raw("<Error><Code>InternalError</Code></Error>"))
        return send(request)

    network(read_only)
    with pytest.raises(MeshError) as caught:
        made()
    assert caught.value.code == "ACCESS_DENIED"
    assert "/metrics/" in str(caught.value)
