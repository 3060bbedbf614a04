"""The draft of a contract from a table's own catalogue: types, keys, constraints, comments."""

from __future__ import annotations

import os

from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import understand
from mesh_etl.exchange.drafting import Asked
from mesh_etl.exchange.imports.jdbc import jdbc

POSTGRES = """
CREATE TABLE drafted (
  id bigint, line smallint, customer_id int REFERENCES drafted_customers, "Odd Name" varchar(20) NOT NULL,
  amount numeric(12,2) DEFAULT 0 CHECK (amount >= 0), loose numeric, state mood, at timestamptz, clock timestamp,
  body jsonb, place point, email text UNIQUE, a int, b int, opens time,
  PRIMARY KEY (id, line), UNIQUE (a, b), CHECK (a < b))"""
MARIA = """
CREATE TABLE drafted (
  id bigint, line smallint, customer_id int, `Odd Name` varchar(20) NOT NULL,
  amount decimal(12,2) DEFAULT 0 CHECK (amount >= 0), state enum('open','it''s'), at timestamp NULL, clock datetime(6),
  email varchar(100) UNIQUE, a int COMMENT 'The ''first''.', b int, opens time,
  PRIMARY KEY (id, line), UNIQUE (a, b), CHECK (a < b), FOREIGN KEY (customer_id) REFERENCES drafted_customers (id))
COMMENT 'What was drafted.'"""


def drafted(database):
    password = os.environ["MESH_DATABASE_PASSWORD"]
    done = jdbc(database.url, "drafted", "mesh", password, "prefer", Asked("shop.drafted"))
    return done, understand(parse(done.text, "draft.yaml"))


def check_shared(contract):
    columns = {one.stored_name: one for one in contract.columns}
    types = {one.name: one.type.glue() for one in contract.schema}
    assert types["id"] == "bigint"
    assert types["line"] == "smallint"
    assert types["odd_name"] == "varchar(20)"
    assert types["amount"] == "decimal(12,2)"
    assert columns["opens"].logical_type == "time"
    assert columns["clock"].logical_type_options.timezone is False
    assert contract.primary_key == ("id", "line")
    assert columns["odd_name"].name == "Odd Name"
    assert columns["odd_name"].required
    assert columns["email"].unique
    assert [one.to for one in columns["customer_id"].relationships] == [
        "drafted_customers.yaml#/schema/drafted_customers/properties/id"
    ]
    rules = [one.arguments or {} for one in contract.table.quality if one.type == "library"]
    assert rules == [{"properties": ["a", "b"]}]
    custom = sorted(one.implementation["expression"] for one in contract.table.quality if one.type == "custom")
    assert [one.replace("`", "").replace("(", "").replace(")", "") for one in custom] == ["a < b", "amount >= 0"]
    assert columns["a"].description == "The 'first'."
    assert contract.table.description == "What was drafted."


def test_postgresql(postgresql):
    postgresql.run("DROP TABLE IF EXISTS drafted", "DROP TABLE IF EXISTS drafted_customers", "DROP TYPE IF EXISTS mood")
    postgresql.run(
        "CREATE TYPE mood AS ENUM ('open', 'it''s')", "CREATE TABLE drafted_customers (id int PRIMARY KEY)", POSTGRES
    )
    postgresql.run("COMMENT ON TABLE drafted IS 'What was drafted.'", "COMMENT ON COLUMN drafted.a IS 'The ''first''.'")
    done, contract = drafted(postgresql)
    check_shared(contract)
    columns = {one.stored_name: one for one in contract.columns}
    assert [one.value for one in columns["state"].enum] == ["open", "it's"]
    assert "# decide the digits: the database does not limit them" in done.text
    told = {one.what: one.why for one in done.unsaid}
    assert told["columns[10].type"] == "no contract has the type point"
    assert "columns[4].default" in told


def test_mariadb(mariadb):
    mariadb.run("DROP TABLE IF EXISTS drafted", "DROP TABLE IF EXISTS drafted_customers")
    mariadb.run("CREATE TABLE drafted_customers (id int PRIMARY KEY)", MARIA)
    done, contract = drafted(mariadb)
    check_shared(contract)
    columns = {one.stored_name: one for one in contract.columns}
    assert [one.value for one in columns["state"].enum] == ["open", "it's"]
    assert "columns[4].default" in {one.what for one in done.unsaid}
