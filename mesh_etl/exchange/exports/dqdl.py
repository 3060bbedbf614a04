"""`dqdl`: a ruleset of AWS Glue Data Quality.

The grammar is that of https://github.com/awslabs/dqdl. A NULL breaks most rules of DQDL and none of the contract's, so
rules of optional columns look at the rows that have a value:
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html. Fields inside columns have no rules:
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal as Number
from typing import Any

from mesh_etl.contract.comparison import Comparison
from mesh_etl.contract.levels import UNITS, spelled
from mesh_etl.contract.levels import level as named
from mesh_etl.contract.options import RangeOptions, StringOptions
from mesh_etl.contract.quality import CustomRule, LibraryRule, SqlRule
from mesh_etl.contract.types import DataType, Simple, Varchar
from mesh_etl.exchange.exported import Exporting
from mesh_etl.exchange.relations import relations
from mesh_etl.exchange.rules import Stated, stated
from mesh_etl.exchange.tree import Node

_DATA_TYPES = {"boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP", "int": "INTEGER", "bigint": "LONG",
               "float": "FLOAT", "double": "DOUBLE"}  # fmt: skip
_SIGNS = {
    "must_be": "=", "must_not_be": "!=", "must_be_greater_than": ">", "must_be_greater_or_equal_to": ">=",
    "must_be_less_than": "<", "must_be_less_or_equal_to": "<=",
}  # fmt: skip
_AGES = {"min": "minutes", "h": "hours", "d": "days"}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def dqdl(exporting: Exporting) -> str:
    """The ruleset: rules of columns in their order, then those of the table."""
    rules = [rule for node in exporting.columns for rule in _column(node)]
    rules += _table(exporting)
    return "Rules = [\n" + ",\n".join(f"    {rule}" for rule in rules) + "\n]\n"


def _column(node: Node) -> Iterator[str]:
    name = _quoted(node.say_name())
    where = "" if node.needed else f" where {_quoted(f'{_identifier(node.name)} IS NOT NULL')}"
    yield f"ColumnExists {name}"
    if isinstance(node.type, Simple) and node.type.name in _DATA_TYPES:
        if node.needed:
            node.say_type("format")
            yield f'ColumnDataType {name} = "{_DATA_TYPES[node.type.name]}"'
        else:
            why = "ColumnDataType does not say what it makes of NULL"
            node.lose(why, "logicalType")
            node.lose(why, "physicalType")
    if node.say("required"):
        yield f"IsComplete {name}"
    if node.say("unique"):
        yield f"IsUnique {name}{where}"
    if node.found.enum and (values := _list([one.value for one in node.found.enum], node.type)):
        for index in range(len(node.found.enum)):
            node.say("enum", index, "value")
        yield f"ColumnValues {name} in {values}{where}"
    yield from _options(node, name, where)
    for one in stated(node.facts, node.found.quality, node.loc):
        yield from _quality(node, one, name, where)


def _options(node: Node, name: str, where: str) -> Iterator[str]:
    options = node.options
    if isinstance(options, StringOptions):
        if options.pattern is not None:
            node.say("logicalTypeOptions", "pattern")
            yield f"ColumnValues {name} matches {_quoted(_anywhere(options.pattern))}{where}"
        for key, sign in (("minLength", ">="), ("maxLength", "<=")):
            if (length := node.say("logicalTypeOptions", key)) is not None:
                yield f"ColumnLength {name} {sign} {length}{where}"
    elif isinstance(options, RangeOptions):
        ends = ((options.lower, ">", "inimum"), (options.upper, "<", "aximum"))
        for bound, sign, key in ends:
            value = _value(bound.value, node.type) if bound else None
            if bound is None or value is None:
                node.lose("DQDL compares with numbers and days", "logicalTypeOptions", f"m{key}")
                node.lose("DQDL compares with numbers and days", "logicalTypeOptions", f"exclusiveM{key}")
                continue
            node.say("logicalTypeOptions", f"m{key}")
            node.say("logicalTypeOptions", f"exclusiveM{key}")
            yield f"ColumnValues {name} {sign}{'=' if bound.inclusive else ''} {value}{where}"
    if isinstance(node.type, Varchar):
        node.say_type()
        yield f"ColumnLength {name} <= {node.type.length}{where}"


def _quality(node: Node, one: Stated, name: str, where: str) -> Iterator[str]:
    if one.mild:
        one.lose("every rule of a ruleset counts: one that only warns cannot be said")
        return
    if isinstance(one.rule, SqlRule):
        yield from _sql(one, node.name)
        return
    if isinstance(one.rule, CustomRule) and one.rule.engine == "dqdl" and isinstance(one.rule.implementation, str):
        yield _own(one, one.rule.implementation)
        return
    if not isinstance(one.rule, LibraryRule):
        one.lose("DQDL has no rules in prose, nor those of other tools")
        return
    rule, percent = one.rule, one.rule.unit == "percent"
    column = _identifier(node.name)
    if rule.measure == "duplicateValues" and one.never and not rule.argument("properties"):
        one.say()
        yield f"IsUnique {name}{where}"
        return
    if rule.measure == "invalidValues" and one.never and (tests := list(_valid(rule, node.type))):
        one.say()
        yield from (f"ColumnValues {name} {test}{where}" for test in tests)
        return
    broken = _broken(rule, column, node.type)
    if broken is None:
        one.lose("it counts what no rule of DQDL counts")
        return
    one.say()
    if rule.measure == "nullValues" and one.never:
        yield f"IsComplete {name}"
    else:
        measured = f"100.0 * count_if({broken}) / count(*)" if percent else f"count_if({broken})"
        yield _compared(f"CustomSql {_quoted(f'select {measured} from primary')}", rule.comparison)


def _valid(rule: LibraryRule, kind: DataType) -> Iterator[str]:
    if values := _list([one for one in rule.argument("validValues") or () if one is not None], kind):
        yield f"in {values}"
    if pattern := rule.argument("pattern"):
        yield f"matches {_quoted(_anywhere(pattern))}"


def _own(one: Stated, text: str) -> str:
    """The rules of a ruleset that the contract holds itself."""
    one.say()
    inner = re.fullmatch(r"\s*Rules\s*=\s*\[(.*)\]\s*", text, re.DOTALL)
    return (inner[1] if inner else text).strip()


def _broken(rule: LibraryRule, column: str, kind: DataType) -> str | None:
    """The rows that the metric counts, as a condition of Spark SQL; None for a metric that has none."""
    if rule.measure == "nullValues":
        return f"{column} is null"
    if rule.measure == "missingValues":
        values = [one for one in rule.argument("missingValues") or () if one is not None]
        listed = ", ".join(_sql_literal(one, kind) for one in values)
        return f"{column} is null or {column} in ({listed})" if values else f"{column} is null"
    if rule.measure == "invalidValues":
        tests = []
        if values := rule.argument("validValues"):
            listed = ", ".join(_sql_literal(one, kind) for one in values if one is not None)
            tests.append(f"{column} not in ({listed})")
        if pattern := rule.argument("pattern"):
            tests.append(f"not {column} rlike {_sql_literal(pattern, Simple('string'))}")
        return " or ".join(tests) or None
    return None


def _table(exporting: Exporting) -> Iterator[str]:
    table, facts = exporting.contract.table, exporting.facts
    if key := exporting.contract.primary_key:
        for node in exporting.columns:
            if node.found.primary_key:
                node.say("primaryKey")
                node.say("primaryKeyPosition")
        yield f"IsPrimaryKey {' '.join(map(_quoted, key))}"
    for one in stated(facts, table.quality, ("schema", 0)):
        if one.mild:
            one.lose("every rule of a ruleset counts: one that only warns cannot be said")
        elif isinstance(one.rule, SqlRule):
            yield from _sql(one, "")
        elif (
            isinstance(one.rule, CustomRule) and one.rule.engine == "dqdl" and isinstance(one.rule.implementation, str)
        ):
            yield _own(one, one.rule.implementation)
        elif isinstance(one.rule, LibraryRule) and one.rule.measure == "rowCount" and one.rule.unit != "percent":
            one.say()
            yield _compared("RowCount", one.rule.comparison)
        elif isinstance(one.rule, LibraryRule) and one.never and (among := one.rule.argument("properties")):
            one.say()
            listed = ", ".join(map(_identifier, among))
            query = f"select count(*) from (select 1 from primary group by {listed} having count(*) > 1)"
            yield f"CustomSql {_quoted(query)} = 0"
        else:
            one.lose("no rule of DQDL says it")
    for relation in relations(exporting.contract):
        if not all(_WORD.fullmatch(name) for name in (relation.table, *relation.keys)):
            facts.lose("the names in a reference of DQDL are words", *relation.loc)
            continue
        facts.say(*relation.loc, "to")
        facts.say(*relation.loc, "from")
        facts.say(*relation.loc, "type")
        keys = relation.keys[0] if len(relation.keys) == 1 else "{" + ",".join(relation.keys) + "}"
        yield f"ReferentialIntegrity {_quoted(','.join(relation.columns))} {_quoted(f'{relation.table}.{keys}')} = 1.0"
    yield from _freshness(exporting)


def _freshness(exporting: Exporting) -> Iterator[str]:
    """Latency of a column of dates or moments is what DQDL calls the freshness of data."""
    moments = {node.name for node in exporting.columns if node.type in (Simple("date"), Simple("timestamp"))}
    for index, level in enumerate(exporting.contract.odcs.sla_properties):
        column = (level.element or "").rpartition(".")[2]
        unit = next((age for one, age in _AGES.items() if UNITS[one] == UNITS.get(spelled(level.unit))), None)
        if (
            named(level.property) in ("latency", "freshness")
            and column in moments
            and unit
            and type(level.value) is int
        ):
            for key in ("property", "value", "unit", "element"):
                exporting.say("slaProperties", index, key)
            yield f"DataFreshness {_quoted(column)} <= {level.value} {unit}"


def _sql(one: Stated, column: str) -> Iterator[str]:
    assert isinstance(one.rule, SqlRule)
    comparison = one.rule.comparison
    operands = comparison.operand if isinstance(comparison.operand, tuple) else (comparison.operand,)
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in operands):
        one.lose("CustomSql compares with numbers")
        return
    one.say()
    query = re.sub(r"\$?\{(object|table|model|schema)\}", "primary", one.rule.query)
    query = re.sub(r"\$?\{(property|column|field)\}", lambda _: _identifier(column), query)
    yield _compared(f"CustomSql {_quoted(query)}", comparison)


def _compared(measured: str, comparison: Comparison) -> str:
    """The measure held against the comparison; `between` of DQDL is without its ends, as that of the standard is."""
    if not isinstance(comparison.operand, tuple):
        return f"{measured} {_SIGNS[comparison.operator]} {_number(comparison.operand)}"
    low, high = map(_number, comparison.operand)
    inside = comparison.operator == "must_be_between"
    if not comparison.closed:
        return f"{measured} {'between' if inside else 'not between'} {low} and {high}"
    if inside:
        return f"({measured} >= {low}) and ({measured} <= {high})"
    return f"({measured} < {low}) or ({measured} > {high})"


def _number(value: Any) -> str:
    """The number without an exponent, which DQDL does not know."""
    return format(Number(repr(value)), "f")


def _value(value: Any, kind: DataType) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return _quoted(value) if kind == Simple("date") else None


def _list(values: list[Any], kind: DataType) -> str:
    texts = isinstance(kind, Varchar) or kind == Simple("string")
    written = [_quoted(one) if texts else _value(one, kind) for one in values]
    return f"[{', '.join(map(str, written))}]" if written and None not in written else ""


def _anywhere(pattern: str) -> str:
    """The pattern, made so that it is the same whether all of the text must match it or a part of it."""
    whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$") and "|" not in pattern
    return pattern if whole else f"(?s)^.*(?:{pattern}).*$"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _identifier(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _sql_literal(value: Any, kind: DataType) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    text = "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"{kind.ddl()} {text}" if kind in (Simple("date"), Simple("timestamp")) else text
