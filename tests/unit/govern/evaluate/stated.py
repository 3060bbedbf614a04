"""States written down in few words, for the cases of tests/cases/access.

The catalogue is that of account A, with the database `db`; B and C are other accounts. `analyst` is a role of A,
`B/analyst` one of B, `B` the whole account, `A:everyone` all roles of A, `open` stands for IAMAllowedPrincipals.
"""

from __future__ import annotations

from typing import Any

from mesh_etl.govern.state import (
    AllTables,
    Cells,
    Columns,
    ColumnsBut,
    Database,
    DatabaseEntry,
    Filter,
    GrantKey,
    Resource,
    Rights,
    Settings,
    Share,
    State,
    Table,
    TableEntry,
    Tagged,
    expression,
)

ACCOUNTS = {"A": "111111111111", "B": "222222222222", "C": "333333333333"}
HOME = ACCOUNTS["A"]
ORGANIZATION = "arn:aws:organizations::111111111111:organization/o-aaaaaaaaaa"


def principal(text: str) -> str:
    """The principal as Lake Formation spells it."""
    if text in ACCOUNTS:
        return ACCOUNTS[text]
    if text == "open":
        return "IAM_ALLOWED_PRINCIPALS"
    if text == "organization":
        return ORGANIZATION
    if text.endswith(":everyone"):
        return f"{ACCOUNTS[text[0]]}:IAMPrincipals"
    account, _, role = text.rpartition("/")
    return f"arn:aws:iam::{ACCOUNTS[account or 'A']}:role/{role}"


def table(name: str) -> Table:
    """A table of the catalogue."""
    return Table(HOME, "db", name)


def state(case: dict[str, Any]) -> State:
    """The state that a case describes."""
    databases = {Database(HOME, "db"): DatabaseEntry()}
    databases |= {
        Database(ACCOUNTS[a], "db"): DatabaseEntry(target=Database(HOME, "db")) for a in case.get("links", ())
    }
    tables = {table(name): TableEntry(tuple(columns)) for name, columns in case["tables"].items()}
    for name, view in case.get("views", {}).items():
        parameters = (("mesh_etl.masked", ",".join(view["masked"])), ("mesh_etl.view_of", f"sales.{view['of']}"))
        tables[table(name)] = TableEntry(tuple(view["columns"]), "view", definition=view["sql"], parameters=parameters)
    for name, target in case.get("table_links", {}).items():
        account, database, link = name.split(".")
        tables[Table(ACCOUNTS[account], database, link)] = TableEntry(kind="link", target=table(target))
    return State(
        settings={
            ACCOUNTS[a]: Settings(frozenset(map(principal, admins))) for a, admins in case.get("admins", {}).items()
        },
        expressions={(HOME, name): expression(keys) for name, keys in case.get("expressions", {}).items()},
        databases=databases,
        tables=tables,
        assigned={_tagged(name): tags for name, tags in case.get("tags", {}).items()},
        filters={
            Filter(table(one["table"]), name): Cells(
                one.get("rows", ""),
                tuple(one["columns"]) if "columns" in one else None,
                tuple(one.get("excluded", ())),
            )
            for name, one in case.get("filters", {}).items()
        },
        grants=dict(_grant(one) for one in case["grants"]),
        shares={(HOME, ACCOUNTS[account]): Share(status) for account, status in case.get("shares", {}).items()},
    )


def _tagged(name: str) -> Database | Table | Columns:
    if name == "db":
        return Database(HOME, "db")
    of, _, column = name.partition(".")
    return Columns(table(of), (column,)) if column else table(of)


def _grant(one: dict[str, Any]) -> tuple[GrantKey, Rights]:
    rights = Rights(frozenset(one.get("rights", ["SELECT"])), frozenset(one.get("grantable", ())))
    account = ACCOUNTS[one.get("in", "A")]
    return GrantKey(account, principal(one["to"]), _resource(one["on"], account)), rights


def _resource(on: dict[str, Any], account: str) -> Resource:
    match on:
        case {"table": name, "columns": names}:
            return Columns(table(name), tuple(names))
        case {"table": name, "without": names}:
            return ColumnsBut(table(name), tuple(names))
        case {"table": name, "filter": filter_}:
            return Filter(table(name), filter_)
        case {"table": name}:
            return table(name)
        case {"tables": "all"}:
            return AllTables(HOME, "db")
        case {"tagged": keys}:
            return Tagged(HOME, "TABLE", expression(keys))
        case {"tagged_databases": keys}:
            return Tagged(HOME, "DATABASE", expression(keys))
        case {"saved": name}:
            return Tagged(HOME, "TABLE", saved=name)
        case {"link": name}:
            return Database(account, name)
        case {"table_link": name}:
            return Table(account, *name.split("."))
        case {"database": name}:
            return Database(HOME, name)
    raise ValueError(f"nothing that is given: {sorted(on)}")
