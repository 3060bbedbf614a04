"""`jdbc`: a table of PostgreSQL, MariaDB or MySQL: types, keys, and the constraints that the server tells."""

from __future__ import annotations

import json
import re
from typing import Any

from mesh_etl.contract.types import DataType, Decimal, Simple, Varchar
from mesh_etl.exchange.drafting import (
    NOTE,
    Asked,
    Imported,
    Part,
    Unplaced,
    drafted,
    put_values,
    stored_names,
    typed,
    untyped,
)
from mesh_etl.exchange.facts import Facts
from mesh_etl.expressions import expression
from mesh_etl.sources.databases.address import Address
from mesh_etl.sources.databases.columns import StoredColumn
from mesh_etl.sources.databases.opening import session_with
from mesh_etl.sources.databases.session import Access, Relation, Session

_UNBOUNDED = Decimal(38, 18)


def jdbc(url: str, table: str, user: str, password: str | None, tls: Any, asked: Asked) -> Imported:
    """The draft of a contract for the table; `url` is one that `Address` reads.

    Nothing but the catalogue is read. Raises `RunError` when the database refuses, TABLE_MISSING among it.
    """
    address = Address.parse(url)
    with session_with(Access(address, user, None, 10, 60, tls), password) as session:
        relation = Relation(table=tuple(table.split(".")))
        stored = session.columns(relation)
        catalogue = _POSTGRES if address.scheme == "postgresql" else _MARIA
        parts = table.split(".")
        answers = {key: _answer(session, sql, parts) for key, sql in catalogue.items()}
    document = {
        "name": parts[-1],
        "comment": answers["comment"],
        "columns": [_merged(one, answers["columns"]) for one in stored],
        "constraints": answers["constraints"],
    }
    facts = Facts(Unplaced(f"{address}/{table}", document, {}))
    return _draft(facts, stored, address, parts, asked)


def _answer(session: Session, sql: str, parts: list[str]) -> Any:
    """The one cell of a query, which is JSON; names are given as literals of the catalogue's own functions."""
    schema = _literal(parts[-2]) if len(parts) > 1 else "NULL"
    name = _literal(".".join(session.quoted(part) for part in parts))
    filled = sql.replace("{table}", _literal(parts[-1])).replace("{schema}", schema).replace("{name}", name)
    text = session.one(filled)[0]
    return None if text is None else json.loads(text)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _merged(stored: StoredColumn, told: list[Part]) -> Part:
    more = next((one for one in told if one["name"] == stored.name), {})
    kept = {key: one for key, one in more.items() if one not in (None, "", False, [])}
    if listed := kept.pop("listed", None):  # enum('a','b')
        kept["values"] = [one.replace("''", "'") for one in re.findall(r"'((?:[^']|'')*)'", listed)]
    return {**kept, "name": stored.name, "type": stored.spelled}


def _draft(facts: Facts, stored: list[StoredColumn], address: Address, parts: list[str], asked: Asked) -> Imported:
    table: Part = {**stored_names([str(facts.say("name"))])[0], "physicalType": "table"}
    if about := facts.say("comment"):
        table["description"] = about
    names = stored_names([str(facts.say("columns", i, "name")) for i in range(len(stored))])
    columns = {
        one.name: {**part, **_column(facts, one, index)}
        for index, (part, one) in enumerate(zip(names, stored, strict=True))
    }
    table["properties"] = list(columns.values())
    for index, one in enumerate(map(_decoded, facts.get("constraints") or ())):
        if _constraint(one, columns, table):
            facts.say("constraints", index)
        else:
            facts.lose("no rule of a contract says this", "constraints", index)
    server: Part = {"server": "source", "host": address.host, "port": address.port, "database": address.database}
    server["type"] = "postgresql" if address.scheme == "postgresql" else "mysql"
    server |= {"schema": parts[-2] if len(parts) > 1 else "public"} if address.scheme == "postgresql" else {}
    default = f"{address.database if len(parts) == 1 else parts[-2]}.{parts[-1]}"
    return drafted(facts, f"{address}/{'.'.join(parts)}", table, asked, default, {"servers": [server]})


def _column(facts: Facts, stored: StoredColumn, index: int) -> Part:
    loc = ("columns", index)
    part = _type(facts, stored, index)
    if facts.say(*loc, "required"):
        part["required"] = True
    if about := facts.say(*loc, "comment"):
        part["description"] = about
    if isinstance(values := facts.get(*loc, "values"), list):
        put_values(part, values, facts, *loc, "values")
    facts.lose("a contract has no defaults", *loc, "default")
    return part


def _type(facts: Facts, stored: StoredColumn, index: int) -> Part:
    loc = ("columns", index)
    if not stored.kinds:
        return untyped(facts, (*loc, "type"), f"no contract has the type {stored.spelled[:64]}")
    facts.say(*loc, "type")
    length = facts.say(*loc, "length")
    kind = stored.kinds[-1] if stored.spelled.startswith("tinyint(1)") else stored.kinds[0]
    match kind:
        case "text":
            time = stored.spelled == "time"
            return {"logicalType": "time"} if time else typed(Varchar(length) if length else Simple("string"))
        case "json":
            return {NOTE: ["JSON: state its fields here to have them typed"], **typed(Simple("string"))}
        case "number":
            return {NOTE: ["decide the digits: the database does not limit them"], **typed(_UNBOUNDED)}
        case "local":
            return typed(Simple("timestamp_ntz"))
    assert isinstance(kind, DataType)
    return typed(kind)


def _constraint(one: Part, columns: dict[str, Part], table: Part) -> bool:
    known = [columns[name] for name in one["columns"] or () if name in columns]
    match one["kind"]:
        case "primary":
            for position, part in enumerate(known, 1):
                part |= {"primaryKey": True, "primaryKeyPosition": position, "required": True}
            return bool(known)
        case "unique" if len(known) == 1:
            known[0]["unique"] = True
            return True
        case "unique":
            among = {"properties": list(one["columns"])}
            _quality(table, {"metric": "duplicateValues", "arguments": among, "mustBe": 0})
            return bool(known)
        case "foreign":
            return _foreign(one, known, table)
        case "check":
            return _check(str(one["expression"]), columns, table)
    return False


def _foreign(one: Part, known: list[Part], table: Part) -> bool:
    to = [f"{one['to']}.yaml#/schema/{one['to']}/properties/{name}" for name in one["keys"] or ()]
    if len(known) != len(to) or not to:
        return False
    if len(to) == 1:
        known[0].setdefault("relationships", []).append({"to": to[0]})
    else:
        start = [f"{table['name']}.{part['name']}" for part in known]
        table.setdefault("relationships", []).append({"from": start, "to": to})
    return True


def _check(text: str, columns: dict[str, Part], table: Part) -> bool:
    """A CHECK is an expression about a row, in which NULL passes: so is a custom rule."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(text, read="mysql" if "`" in text else "postgres")
        spark = tree.transform(_without_cast).sql("spark")
        parsed = expression(spark)
    except (SqlglotError, ValueError):
        return False
    if not set(parsed.columns) <= {part.get("physicalName", part["name"]) for part in columns.values()}:
        return False
    _quality(table, {"type": "custom", "engine": "mesh_etl", "implementation": {"expression": spark}})
    return True


def _without_cast(node: Any) -> Any:
    """PostgreSQL writes the type behind each literal, which says nothing that the literal does not."""
    from sqlglot import exp

    plain = isinstance(node, exp.Cast) and not node.to.expressions
    literal = plain and isinstance(node.this.unnest(), exp.Literal)
    text = plain and node.is_type("text", "varchar") and isinstance(node.this.unnest(), exp.Column)
    return node.this.unnest() if (literal and node.is_type("decimal", "text", "varchar")) or text else node


def _decoded(one: Part) -> Part:
    """MariaDB tells the columns of a key as `parts`, in any order, and as text, since it knows no other JSON."""
    if "parts" not in one:
        return one
    parts = sorted(json.loads(one["parts"]) if isinstance(one["parts"], str) else one["parts"] or ())
    return {**one, "columns": [part[1] for part in parts], "keys": [part[2] for part in parts if part[2]]}


def _quality(table: Part, rule: Part) -> None:
    table.setdefault("quality", []).append(rule)


_POSTGRES = {
    "comment": "SELECT to_json(obj_description(to_regclass({name}), 'pg_class'))::text",
    "columns": """
SELECT coalesce(json_agg(json_build_object('name', a.attname, 'required', a.attnotnull,
  'comment', col_description(a.attrelid, a.attnum), 'default', pg_get_expr(d.adbin, d.adrelid),
  'length', CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
  'values', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))),
  '[]')::text
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass({name}) AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """
SELECT coalesce(json_agg(json_build_object(
  'kind', CASE c.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign' WHEN 'c' THEN 'check'
    ELSE 'other' END, 'name', c.conname,
  'columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
  'to', f.relname,
  'keys', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)
    JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num),
  'expression', pg_get_expr(c.conbin, c.conrelid)) ORDER BY c.contype, c.conname), '[]')::text
FROM pg_constraint c LEFT JOIN pg_class f ON f.oid = c.confrelid
WHERE c.conrelid = to_regclass({name}) AND c.contype <> 'n'""",
}
_IN_TABLE = "table_schema = coalesce({schema}, DATABASE()) AND table_name = {table}"
_MARIA = {
    "comment": f"SELECT JSON_QUOTE(MIN(table_comment)) FROM information_schema.tables WHERE {_IN_TABLE}",
    "columns": f"""
SELECT coalesce(JSON_ARRAYAGG(JSON_OBJECT('name', column_name, 'required', is_nullable = 'NO',
  'comment', column_comment, 'default', column_default,
  'length', CASE WHEN data_type IN ('varchar', 'char') THEN character_maximum_length END,
  'listed', CASE WHEN data_type = 'enum' THEN column_type END)), '[]')
FROM information_schema.columns WHERE {_IN_TABLE}""",
    "constraints": f"""
SELECT coalesce(JSON_ARRAYAGG(JSON_OBJECT('kind', kind, 'name', name, 'parts', parts, 'to', target,
  'expression', expression)), '[]')
FROM (
  SELECT CASE c.constraint_type WHEN 'PRIMARY KEY' THEN 'primary' WHEN 'UNIQUE' THEN 'unique' ELSE 'foreign' END
    AS kind,
    c.constraint_name AS name, MIN(k.referenced_table_name) AS target, NULL AS expression,
    JSON_ARRAYAGG(JSON_ARRAY(k.ordinal_position, k.column_name, k.referenced_column_name)) AS parts
  FROM information_schema.table_constraints c JOIN information_schema.key_column_usage k
    USING (constraint_schema, constraint_name, table_schema, table_name)
  WHERE {_IN_TABLE} AND c.constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
  GROUP BY c.constraint_type, c.constraint_name
  UNION ALL
  SELECT 'check', x.constraint_name, NULL, x.check_clause, NULL
  FROM information_schema.check_constraints x JOIN information_schema.table_constraints c
    USING (constraint_schema, constraint_name)
  WHERE {_IN_TABLE.replace("table_name", "c.table_name")} AND c.constraint_type = 'CHECK'
) AS told""",
}
