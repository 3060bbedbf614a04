"""Real servers, tables in them, and what a source makes of these.

`scripts/servers` starts PostgreSQL and MariaDB, once for the whole run, unless the environment names some that run.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.contract.types import Field, parse
from mesh_etl.kernels.work import WorkItem
from mesh_etl.sources import Jdbc, SourceContext

ROOT = Path(__file__).resolve().parents[3]
SECRET = "env:MESH_DATABASE_PASSWORD"
# column → type in PostgreSQL, type in MariaDB, type in the contract, two cells
SHARED = {
    "id": ("int", "int", "int", "1", "2"),
    "small": ("smallint", "smallint", "smallint", "-32768", "NULL"),
    "big": ("bigint", "bigint", "bigint", "9223372036854775807", "-9223372036854775808"),
    "exact": ("numeric(30,10)", "decimal(30,10)", "decimal(30,10)", "12345678901234567890.0123456789", "-0.0000000001"),
    "near": ("float8", "double", "double", "0.1", "1.7976931348623157e308"),
    "nearer": ("float4", "float", "float", "16777216", "0.1"),
    "day": ("date", "date", "date", "'2024-02-29'", "NULL"),
    "clock": ("timestamp", "datetime(6)", "timestamp_ntz", "'2024-03-31 02:30:00.000001'", "'1999-12-31 23:59:59'"),
    "text": ("text", "text", "string", "' Ünïcode ''😀'' '", "''"),
    "bytes": ("bytea", "blob", "binary", "BYTES", "NULL"),
    "flag": ("boolean", "bit(1)", "boolean", "true", "false"),
}


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """The environment says where the servers are."""
    if "MESH_POSTGRESQL" in os.environ:
        yield
        return
    folder = tempfile.mkdtemp(prefix="mesh-servers-")
    try:
        command = [str(ROOT / "scripts/servers"), "start", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode and os.environ.get("MESH_SKIP_DATABASES") == "1":
            pytest.skip(f"MESH_SKIP_DATABASES=1, and no servers: {done.stderr.strip()}")
        assert done.returncode == 0, done.stderr
        named = dict(line.split("=", 1) for line in done.stdout.splitlines())
        os.environ.update(named)
        yield
        for name in named:
            del os.environ[name]
    finally:
        subprocess.run([str(ROOT / "scripts/servers"), "stop", folder], check=True)


@dataclass
class Database:
    """One of the two servers: runs SQL as its owner, and reads through the source under test."""

    name: str
    url: str
    folder: Path

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """The rows of the last statement; every statement is committed."""
        password, port = os.environ["MESH_DATABASE_PASSWORD"], int(self.url.split(":")[3].split("/")[0])
        if self.name == "postgresql":
            from adbc_driver_postgresql import dbapi

            where = f"host=127.0.0.1 port={port} user=mesh password={password} dbname=mesh"
            with dbapi.connect(where, autocommit=True) as connection, connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        import pymysql

        connection = pymysql.connect(
            host="127.0.0.1", port=port, user="mesh", password=password, database="mesh", charset="utf8mb4"
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'")
            for statement in statements:
                cursor.execute(statement)
            connection.commit()
            return list(cursor.fetchall())

    def put_shared(self) -> dict[str, str]:
        """The table `agreed` has a column of every type that both databases know; returns those of a contract."""
        index = ("postgresql", "mariadb").index(self.name)
        raw = ("'\\x00ff'", "0x00ff")[index]
        columns = ", ".join(f"{name} {kinds[index]}" for name, kinds in SHARED.items())
        rows = [", ".join(kinds[row].replace("BYTES", raw) for kinds in SHARED.values()) for row in (3, 4)]
        self.run("DROP TABLE IF EXISTS agreed", f"CREATE TABLE agreed ({columns})")
        self.run(f"INSERT INTO agreed VALUES ({rows[0]}), ({rows[1]})")
        return {name: kinds[2] for name, kinds in SHARED.items()}

    def source(self, **keys: Any) -> dict[str, Any]:
        """The source as a job states it."""
        return {"type": "jdbc", "url": self.url, "user": "mesh", "password": {"secret": SECRET}, **keys}

    def land(self, contract: dict[str, str], /, required: tuple[str, ...] = (), **keys: Any) -> Landed:
        """What the source lands and what its reader makes of it, without an engine."""
        schema = tuple(Field(name, parse(kind)) for name, kind in contract.items())
        context = SourceContext(
            self.folder, schema, frozenset(required), frozenset(), lambda *loc: ".".join(map(str, loc)), None, {}
        )
        opened = Jdbc(**self.source(**keys)).open(context)
        secrets = {name: os.environ[name.removeprefix("env:")] for name in opened.secrets}
        folder = tempfile.mkdtemp(dir=self.folder)
        landed = Landed([], [], [])
        for file in (file for fetch in opened.fetches for file in fetch.land(folder, secrets)):
            landed.files.append(file)
            for start, end in opened.reader.split(file):
                item = WorkItem(0, "source", file, start, end)
                for parsed in opened.reader.parse(item):
                    assert parsed.read == parsed.batch.num_rows + len(parsed.rejects)
                    landed.rows += [tuple(row.values()) for row in parsed.batch.to_pylist()]
                    landed.rejects += [
                        tuple(f"{why.rule}:{why.column}" for why in one.violations) for one in parsed.rejects
                    ]
        return landed


@dataclass
class Landed:
    """Files, typed rows and the rules of each rejected row."""

    files: list[Any]
    rows: list[tuple[Any, ...]]
    rejects: list[tuple[str, ...]]


@pytest.fixture
def postgresql(servers, tmp_path) -> Database:
    return Database("postgresql", os.environ["MESH_POSTGRESQL"], tmp_path)


@pytest.fixture
def mariadb(servers, tmp_path) -> Database:
    return Database("mariadb", os.environ["MESH_MARIADB"], tmp_path)


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request) -> Database:
    return request.getfixturevalue(request.param)
