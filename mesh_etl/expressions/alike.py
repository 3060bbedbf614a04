r"""Writes functions that Sail 0.7 answers otherwise than Spark in words that both read alike.

    isnan(NULL)               NULL there, false in Spark
    array_contains(a, v)      false there where a NULL of `a` might be `v`, NULL in Spark
    initcap('ann-marie')      `Ann-Marie` there, `Ann-marie` in Spark, where a word begins behind a blank alone
    date_part('dow', d)       0 for a Sunday there, 1 in Spark
    weekday(d)                -1 for a Sunday there, 6 in Spark
    timestampdiff(day, a, b)  midnights between them there, whole days in Spark; so for weeks
    datediff, regexp_count    bigint there, int in Spark
    unix_seconds, -millis     cut there, so that what is before 1970 is off by one; the second below in Spark
    \d \s \w in a pattern     of all scripts there, of ASCII in Spark

So a filter would keep other rows on a laptop than on Glue. A pattern that is no text of its own stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.expressions import parse

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_SIGNS = {"d": "0-9", "s": r"\t\n\x0B\f\r ", "w": "0-9A-Za-z_"}
_CLASSES = {name: f"[{signs}]" for name, signs in _SIGNS.items()}
_CLASSES |= {name.upper(): f"[^{signs}]" for name, signs in _SIGNS.items()}
_OWN_READING = re.compile(r"\\Q|\(\?\w*U")  # quotes, and the flag by which Java takes classes of all scripts
_HOURS = {"DAY": 24, "WEEK": 168}
_FROM_MONDAY = "pmod(dayofweek({}) + 5, 7)"
_WEEKDAYS = {
    **dict.fromkeys(("DOW", "DAYOFWEEK"), "dayofweek({})"),
    **dict.fromkeys(("DOWISO", "DAYOFWEEKISO"), f"({_FROM_MONDAY} + 1)"),
}


def alike(tree: Expr) -> Expr:
    """The expression of which every engine makes the same."""
    from sqlglot import exp

    root = exp.Paren(this=tree.copy())
    for node in reversed(list(root.walk())):  # inner ones first
        kind = type(node).__name__
        if kind in _PATTERNS and isinstance(node.expression, exp.Literal) and node.expression.is_string:
            node.set("expression", exp.Literal.string(in_ascii(node.expression.name)))
        if kind in _WRITTEN and (text := _WRITTEN[kind](node)):
            node.replace(parse.tree(text))
    done: Expr = root.this
    return done


def in_ascii(pattern: str) -> str:
    """The regular expression whose classes of digits, blanks and letters are of ASCII, in Java and in Rust."""
    if _OWN_READING.search(pattern):
        return pattern
    return re.sub(r"\\(.)", lambda found: _CLASSES.get(found[1], found[0]), pattern, flags=re.DOTALL)


def _of_call(node: Expr) -> str:
    """A call that the parser has no class for."""
    name, given = node.name.upper(), node.expressions
    match name, len(given):
        case "DATE_PART", 2:
            return _of_part(given[0].name, given[1])
        case "WEEKDAY", 1:
            return _FROM_MONDAY.format(parse.written(given[0]))
        case "MEAN", 1:
            return f"avg({parse.written(given[0])})"
    return ""


def _of_part(part: str, moment: Expr) -> str:
    return _WEEKDAYS.get(part.upper().replace("_", ""), "").format(parse.written(moment))


def _of_difference(node: Expr) -> str:
    unit = str(node.args.get("unit") or "").upper()
    if not unit:
        return _as_int(node)
    sides = (node.this, node.expression)
    end, start = (parse.written(one.this if type(one).__name__ == "TsOrDsToDate" else one) for one in sides)
    return f"(timestampdiff(hour, {start}, {end}) div {_HOURS[unit]})" if unit in _HOURS else ""


def _as_int(node: Expr) -> str:
    return f"cast({parse.written(node)} as int)"


def _of_seconds(node: Expr, unit: int) -> str:
    micros = f"unix_micros({_this(node)})"
    return f"(({micros} - pmod({micros}, {unit})) div {unit})"


def _of_words(node: Expr) -> str:
    word = "concat(upper(substring(_mesh_w, 1, 1)), substring(_mesh_w, 2))"
    return f"array_join(transform(split(lower({_this(node)}), ' '), _mesh_w -> {word}), ' ')"


def _this(node: Expr) -> str:
    return parse.written(node.this)


_WRITTEN: Mapping[str, Callable[[Expr], str]] = {
    "IsNan": lambda node: f"coalesce({parse.written(node)}, false)",
    "ArrayContains": lambda node: f"exists({_this(node)}, _mesh_e -> _mesh_e = {parse.written(node.expression)})",
    "Initcap": _of_words,
    "Anonymous": _of_call,
    "Extract": lambda node: _of_part(node.name, node.expression),
    "DateDiff": _of_difference,
    "RegexpCount": _as_int,
    "TimestampDiff": _of_difference,
    "UnixSeconds": lambda node: _of_seconds(node, 1_000_000),
    "UnixMillis": lambda node: _of_seconds(node, 1_000),
}
_PATTERNS = frozenset(
    ("RegexpCount", "RegexpExtract", "RegexpExtractAll", "RegexpLike", "RegexpReplace", "RegexpSplit", "RegexpSubstr")
)
