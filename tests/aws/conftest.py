"""Clients of the embedded catalogue, and the table that the tests publish."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from botocore.parsers import create_parser

from mesh_etl import embedded_aws
from mesh_etl.embedded_aws.server import Server

PARQUET_TABLE: dict[str, Any] = {
    "Name": "orders",
    "TableType": "EXTERNAL_TABLE",
    "PartitionKeys": [{"Name": "year", "Type": "int"}, {"Name": "month", "Type": "int"}],
    "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "file:///w/orders"},
    "Parameters": {"classification": "parquet"},
}
WRITES = ("Create", "Update", "Delete", "BatchCreate", "BatchUpdate", "BatchDelete")


@pytest.fixture
def glue(tmp_path: Path) -> Any:
    return embedded_aws.client("glue", tmp_path)


@pytest.fixture
def table(glue: Any) -> Any:
    """A client whose catalogue holds the partitioned table sales.orders."""
    glue.create_database(DatabaseInput={"Name": "sales"})
    glue.create_table(DatabaseName="sales", TableInput=PARQUET_TABLE)
    return glue


@pytest.fixture
def counted() -> Any:
    """A function that makes a client count its calls by operation, through botocore's own events."""

    def count(client: Any) -> Counter[str]:
        calls: Counter[str] = Counter()

        def note(model: Any, **_: Any) -> None:
            calls[model.name] += 1

        client.meta.events.register_first("before-parameter-build.glue", note)
        return calls

    return count


@pytest.fixture
def writes() -> Any:
    """The calls that change the catalogue, of those that were counted."""
    return lambda calls: {name: count for name, count in calls.items() if name.startswith(WRITES)}


@pytest.fixture(autouse=True)
def as_botocore_parses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer that a test gets is what botocore's own parser makes of its text."""
    parser, response = create_parser("json"), Server._response

    def compared(self: Server, url: str, status: int, body: dict[str, Any], shape: Any) -> Any:
        raw, answer = response(self, url, status, body, shape)
        if self.service == "s3":  # it answers in headers
            return raw, answer
        theirs = parser.parse({"status_code": status, "headers": {}, "body": json.dumps(body).encode()}, shape)
        if status == 200:
            assert {**answer, "ResponseMetadata": None} == {**theirs, "ResponseMetadata": None}
        assert answer.get("Error") == theirs.get("Error")
        assert raw.content == json.dumps(body).encode()
        return raw, answer

    monkeypatch.setattr(Server, "_response", compared)
