"""A job reads the table of another domain with the credentials that Lake Formation gives for it, and no others.

S3, Glue and STS are moto's server; Lake Formation, which moto has no credentials in, is a server of one operation here,
which answers as AWS's API reference says. botocore checks what is asked and what is answered.
"""

from __future__ import annotations

import datetime
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

from mesh_etl.config import load
from mesh_etl.errors import PlanError
from mesh_etl.pipeline import run_product
from mesh_etl.plan.ledgers import ledger_of
from mesh_etl.stores import s3 as store

SHOP, CRM, CENTRE = "123456789012", "222222222222", "111111111111"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema: [{{name: {name}, properties: [{{name: id, logicalType: integer}}]}}]
"""
TABLE = f"arn:aws:glue:eu-central-1:{CENTRE}:table/test_crm/people"


class Granting:
    """Lake Formation with one answer: a role's credentials, or the error of that name."""

    def __init__(self):
        self.error, self.asked = "", []
        self.expires = "2999-01-01T00:00:00Z"

    def answer(self, path, body):
        assert path == "/GetTemporaryGlueTableCredentials"
        self.asked.append(body)
        if self.error:
            return 400, {"Message": "no"}
        secret = {"SecretAccessKey": "vended-secret", "SessionToken": "vended-token"}
        return 200, {"AccessKeyId": "ASIAVENDEDVENDED0001", **secret, "Expiration": self.expires}


@pytest.fixture
def granting(monkeypatch):
    held = Granting()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = held.answer(self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            if held.error:
                self.send_header("x-amzn-ErrorType", held.error)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAKEFORMATION", f"http://127.0.0.1:{server.server_port}")
    yield held
    server.shutdown()
    server.server_close()


def product(root, domain, name, source):
    folder = root / "configs" / domain / name
    folder.mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT.format(name=name))
    job = {"product": f"{domain}.{name}", "source": source, "target": {"mode": "replace"}}
    (folder / "job.yaml").write_text(json.dumps(job))


@pytest.fixture
def mesh(s3, s3_environment, granting, monkeypatch, tmp_path):
    """A mesh in which shop.visits reads crm.people, which is published."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_environment["AWS_ENDPOINT_URL_S3"])
    monkeypatch.setattr(store, "client", store.cache(store.client.__wrapped__))  # none of an earlier test
    monkeypatch.setattr("mesh_etl.storage.s3.client", store.client)
    monkeypatch.setattr("mesh_etl.stores.s3_table.client", store.client)
    persona = {"rights": ["describe", "alter", "insert"], "runs_jobs": True}
    accounts = {"centre": CENTRE, "shop": SHOP, "crm": CRM}
    stated = {
        "name": "test",
        "warehouse": "s3://lake/w",
        "accounts": {name: {"id": id_, "region": "eu-central-1"} for name, id_ in accounts.items()},
        "governance": {"account": "centre"},
        "domains": {
            one: {"owner": one, "account": one, "personas": {"engineer": {"role": f"{one}-engineer", **persona}}}
            for one in ("shop", "crm")
        },
    }
    (tmp_path / "configs/env").mkdir(parents=True)
    (tmp_path / "configs/mesh.yaml").write_text(json.dumps(stated))
    world = {"type": "aws", "region": "eu-central-1", "account": SHOP}
    (tmp_path / "configs/env/prod.yaml").write_text(json.dumps({"world": world, "s3": {"bucket_owner": SHOP}}))
    (tmp_path / "people.csv").write_text("id\n1\n2\n")
    product(tmp_path, "crm", "people", {"type": "csv", "path": "people.csv"})
    product(tmp_path, "shop", "visits", {"type": "table", "product": "crm.people"})
    role = {"RoleArn": f"arn:aws:iam::{CENTRE}:role/test", "RoleSessionName": "test"}
    for domain in ("shop", "crm"):
        boto3.client("glue").create_database(DatabaseInput={"Name": f"test_{domain}"})
        given = boto3.client("sts").assume_role(**{**role, "RoleArn": f"arn:aws:iam::{CRM}:role/test"})["Credentials"]
        session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "eu-central-1")
        session.client("glue").create_database(DatabaseInput={"Name": f"test_{domain}"})
    run_product("crm.people", tmp_path, "prod")
    assert granting.asked == []
    return tmp_path


def test_another_domain_s_table_is_read_by_what_lake_formation_gives(mesh, granting):
    report = run_product("shop.visits", mesh, "prod")
    assert (report.outcome, report.snapshot.rows) == ("published", 2)
    assert granting.asked == [{"TableArn": TABLE, "Permissions": ["SELECT"], "DurationSeconds": 3600}]


def test_each_request_for_it_bears_those_credentials_and_no_request_for_the_own_table(mesh):
    job = load("shop.visits", mesh, "prod")
    for name, theirs in (("crm.people", True), ("shop.visits", False)):
        keys = []
        ledger = ledger_of(job, name)
        ledger.storage.client.meta.events.register(
            "before-send.s3", lambda request, keys=keys, **_: keys.append(request.headers["Authorization"].decode())
        )
        ledger.snapshot()
        assert keys
        assert {"ASIAVENDEDVENDED0001" in key for key in keys} == {theirs}


def test_credentials_that_end_are_asked_for_again(mesh, granting):
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5)
    granting.expires = soon.isoformat()
    assert run_product("shop.visits", mesh, "prod").snapshot.rows == 2
    assert len(granting.asked) > 1


def test_a_refusal_says_what_to_do_and_reads_nothing(mesh, granting):
    for error, code, told in (
        ("PermissionTypeMismatchException", "ACCESS_FILTERED", "--enable-lakeformation-fine-grained-access true"),
        ("AccessDeniedException", "ACCESS_DENIED", "AllowFullTableExternalDataAccess"),
        ("EntityNotFoundException", "ACCESS_DENIED", "mesh-etl request"),
        ("InvalidInputException", "STORAGE_FAILED", "run again"),
    ):
        granting.error = error
        with pytest.raises(PlanError) as found:
            run_product("shop.visits", mesh, "prod")
        assert (error, found.value.code) == (error, code)
        assert "test_crm.people" in str(found.value)
        assert told in str(found.value)
        assert found.value.retryable == (code == "STORAGE_FAILED")
