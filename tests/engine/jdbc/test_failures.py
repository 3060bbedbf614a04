"""What goes wrong between a source and its database: the code, whether to try again, and nothing that is secret."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from mesh_etl.errors import PlanError, RunError

SECRET = "env:MESH_DATABASE_PASSWORD"


@pytest.fixture
def table(database):
    database.run(
        "DROP TABLE IF EXISTS t", "CREATE TABLE t (id int, name varchar(20))", "INSERT INTO t VALUES (1, 'zebra')"
    )
    return database


def refusal(database, contract=None, /, **keys):
    with pytest.raises((RunError, PlanError)) as raised:
        database.land(contract or {"id": "int", "name": "string"}, **keys)
    message = str(raised.value)
    assert os.environ["MESH_DATABASE_PASSWORD"] not in message
    assert "zebra" not in message
    return raised.value


def test_a_wrong_password(table, monkeypatch):
    monkeypatch.setenv("WRONG", "not-this-one")
    error = refusal(table, table="t", password={"secret": "env:WRONG"})
    assert (error.code, error.retryable) == ("ACCESS_DENIED", False)
    assert "not-this-one" not in str(error)


def test_no_password(table):
    assert refusal(table, table="t", password=None).code == "ACCESS_DENIED"


def test_an_unknown_user(table):
    assert refusal(table, table="t", user="nobody'; --").code == "ACCESS_DENIED"


def test_an_unknown_database(table):
    assert refusal(table, table="t", url=f"{table.url}x").code == "DATABASE_MISSING"


def test_a_database_that_does_not_know_its_encoding(postgresql):
    options = "ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    postgresql.run("DROP DATABASE IF EXISTS old", f"CREATE DATABASE old {options}")
    url = postgresql.url.replace("/mesh", "/old")
    assert refusal(postgresql, {"id": "int"}, query="SELECT 1 AS id", url=url).code == "DATABASE_ENCODING"


def test_nobody_answers(table):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"jdbc:{table.name}://127.0.0.1:{closed.getsockname()[1]}/mesh"
        error = refusal(table, table="t", url=url)
    assert (error.code, error.retryable) == ("DATABASE_UNREACHABLE", True)


def test_a_server_that_never_speaks(table):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"jdbc:{table.name}://127.0.0.1:{silent.getsockname()[1]}/mesh"
        error = refusal(table, table="t", url=url, connect_timeout=2)
    assert (error.code, error.retryable) == ("DATABASE_UNREACHABLE", True)


@pytest.mark.parametrize("name", ["tt", "mesh.t t", "t; DROP TABLE t", "(SELECT 1)", "pg_shadow) x --", "T", "\uff54"])
def test_an_unknown_table(table, name):
    assert refusal(table, table=name).code == "TABLE_MISSING"
    assert table.run("SELECT id FROM t") == [(1,)]


def test_an_unknown_table_comes_with_the_nearest(table):
    table.run("DROP TABLE IF EXISTS customers", "CREATE TABLE customers (id int)")
    assert "did you mean 'customers'?" in str(refusal(table, table="customer"))


@pytest.mark.parametrize("name", ["id` FROM t; --", 'id" FROM t; --', "1; DROP TABLE t", "id, name", "*", "ID "])
def test_a_name_is_a_name(table, name):
    error = refusal(table, {"id": "int"}, required=("id",), table="t", columns={"id": name}, drift="ignore")
    assert error.code == "COLUMN_MISSING"
    error = refusal(table, table="t", partition={"column": name, "parts": 2})
    assert error.code == "COLUMN_MISSING"
    assert table.run("SELECT id FROM t") == [(1,)]


def test_odd_names_are_read(database):
    mark = '"' if database.name == "postgresql" else "`"
    name = f"it's {mark}; DROP"
    quoted = mark + name.replace(mark, mark * 2) + mark
    database.run(f"DROP TABLE IF EXISTS {mark}Odd Name{mark}", f"CREATE TABLE {mark}Odd Name{mark} ({quoted} int)")
    database.run(f"INSERT INTO {mark}Odd Name{mark} VALUES (7)")
    part = {"column": name, "parts": 2}
    landed = database.land({"id": "int"}, table="Odd Name", columns={"id": name}, partition=part)
    assert landed.rows == [(7,)]


def test_columns_are_those_of_the_contract(table):
    assert refusal(table, {"id": "int"}, table="t").code == "COLUMN_UNEXPECTED"
    error = refusal(table, {"id": "int", "nam": "string"}, table="t")
    assert [fault.code for fault in error.faults] == ["COLUMN_MISSING", "COLUMN_UNEXPECTED"]
    assert "did you mean 'name'?" in str(error)
    assert table.land({"id": "int"}, table="t", drift="ignore").rows == [(1,)]
    assert table.land({"id": "int", "more": "date"}, table="t", drift="ignore").rows == [(1, None)]
    required = refusal(table, {"id": "int", "more": "date"}, required=("more",), table="t", drift="ignore")
    assert required.code == "COLUMN_MISSING"


def test_a_column_twice(postgresql):
    error = refusal(postgresql, {"a": "int"}, query="SELECT 1 AS a, 2 AS a")
    assert error.code == "COLUMN_DUPLICATE"


def test_a_value_that_the_database_cannot_compute(table):
    bad = "1 / (id - 1)" if table.name == "postgresql" else "(SELECT id FROM t UNION ALL SELECT id + 1 FROM t)"
    error = refusal(table, {"v": "bigint"}, query=f"SELECT {bad} AS v FROM t, (SELECT 1 UNION ALL SELECT 2) AS two")
    assert (error.code, error.retryable) == ("QUERY_REFUSED", False)


def test_a_predicate_over_a_column_that_is_not_there(table):
    assert refusal(table, table="t", where="nix = 1").code == "QUERY_REFUSED"


def test_nothing_can_be_written(table):
    function = "SELECT nextval('s')::int AS id" if table.name == "postgresql" else "SELECT NEXTVAL(s) AS id"
    table.run("DROP SEQUENCE IF EXISTS s", "CREATE SEQUENCE s")
    columns = {"id": "int" if table.name == "postgresql" else "bigint"}
    assert refusal(table, columns, query=function).code in ("QUERY_REFUSED", "ACCESS_DENIED")


def test_a_user_without_a_grant(table):
    password = os.environ["MESH_DATABASE_PASSWORD"]
    if table.name == "postgresql":
        table.run("DROP USER IF EXISTS poor", f"CREATE USER poor PASSWORD '{password}'")
    else:
        table.run("DROP USER IF EXISTS poor@'%'", f"CREATE USER poor@'%' IDENTIFIED BY '{password}'")
        table.run("CREATE TABLE IF NOT EXISTS other (id int)", "GRANT SELECT ON mesh.other TO poor@'%'")
    error = refusal(table, table="t", user="poor")
    assert error.code in ("ACCESS_DENIED", "TABLE_MISSING")  # MariaDB shows nobody what he may not read


def test_a_statement_that_takes_too_long(table):
    slow = "SELECT pg_sleep(20)::text AS v" if table.name == "postgresql" else "SELECT SLEEP(20) AS v"
    error = refusal(table, {"v": "string" if table.name == "postgresql" else "int"}, query=slow, timeout=1)
    assert (error.code, error.retryable) == ("DATABASE_TIMEOUT", True)


@contextmanager
def cut_off(url, after):
    """The url of a server that is gone after so many bytes of answers."""
    target = ("127.0.0.1", int(url.split(":")[3].split("/")[0]))
    listener = socket.create_server(("127.0.0.1", 0))
    open_sockets = [listener]

    def forward(source, sink, limit):
        sent = 0
        with suppress(OSError):
            while (data := source.recv(4096)) and (limit is None or sent < limit):
                sink.sendall(data)
                sent += len(data)
        for one in (source, sink):
            hang_up(one)

    def hang_up(one):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)

    def accept():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(target)
            open_sockets.extend((client, server))
            for pair in ((client, server, None), (server, client, after)):
                thread = threading.Thread(target=forward, args=pair)
                threads.append(thread)
                thread.start()

    threads = [threading.Thread(target=accept)]
    threads[0].start()
    try:
        yield f"{url.rsplit(':', 1)[0]}:{listener.getsockname()[1]}/mesh"
    finally:
        hang_up(listener)
        for one in open_sockets:
            hang_up(one)
        for thread in threads:
            thread.join()
        for one in open_sockets:
            one.close()


@pytest.fixture
def wide(database):
    rows = ", ".join(f"({number}, '{'x' * 200}')" for number in range(5000))
    database.run(
        "DROP TABLE IF EXISTS wide", "CREATE TABLE wide (id int, name varchar(200))", f"INSERT INTO wide VALUES {rows}"
    )
    return database


@pytest.mark.parametrize("part", [None, {"column": "id", "parts": 3}], ids=["whole", "parts"])
def test_a_server_that_dies_while_rows_arrive(wide, part):
    with cut_off(wide.url, 300_000) as url:
        error = refusal(wide, table="wide", url=url, partition=part)
    assert (error.code, error.retryable) == ("DATABASE_LOST", True)


def test_rows_that_do_not_come_are_missed(wide, monkeypatch):
    from mesh_etl.sources.databases import fetch

    monkeypatch.setattr(fetch, "predicates", lambda *_: ["id < 10", "id >= 11"])
    error = refusal(wide, table="wide", partition={"column": "id", "parts": 2})
    assert (error.code, error.retryable) == ("ROWS_MISSING", True)


def test_encryption(table):
    columns = {"id": "int", "name": "string"}
    authorities = os.environ["MESH_DATABASE_CA"]
    assert len(table.land(columns, table="t", tls="require").rows) == 1
    assert len(table.land(columns, table="t", tls="verify", tls_ca=authorities).rows) == 1
    error = refusal(table, table="t", tls="verify")
    assert error.code == "DATABASE_UNREACHABLE"
    elsewhere = table.url.replace("127.0.0.1", "localhost.localdomain")
    assert refusal(table, table="t", tls="verify", tls_ca=authorities, url=elsewhere).code == "DATABASE_UNREACHABLE"
    assert refusal(table, table="t", tls="verify", tls_ca="nowhere.pem").code == "TLS_CA_MISSING"
