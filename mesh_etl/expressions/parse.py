"""Reads SQL text into a tree, refuses what is not on the lists, and writes the text that the engine will see.

The check is made twice, on purpose: on the nodes of the tree, and on the words of the text that is handed to the
engine, so that a function which the parser knows under another name cannot slip through.
"""

from __future__ import annotations

import logging
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from mesh_etl.expressions.functions import BARE, KEYWORDS, REASONS, words

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

LONGEST = 20_000
DEEPEST = 200
LONGEST_CHAIN = 50  # engines parse and plan the rewritten arithmetic (see exact.py) recursively

_NODES = words("""
    Add All And Between BitwiseAnd BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor Boolean
    Bracket Case Cast Column DataType DataTypeParam Distinct Div Dot DPipe EQ Escape GT GTE HexString Identifier If In
    IntDiv Interval Is Lambda Like ILike Literal LT LTE Mod Mul Neg NEQ Not Null NullSafeEQ NullSafeNEQ Or Ordered Order
    Paren PropertyEQ RegexpLike Sub TryCast Var Tuple ColumnDef Schema Filter Where""")
_AGGREGATE_NODES = frozenset({"Star"})
_QUERY_NODES = _AGGREGATE_NODES | words("""
    Alias CTE Cube Except Exists From Group GroupingSets Having Intersect Join Lateral Limit Offset Qualify Rollup
    Select SetOperation Subquery Table TableAlias Union Window WindowSpec With""")
_TYPES = words("""
    ARRAY BIGINT BINARY BOOLEAN CHAR DATE DECIMAL DOUBLE FLOAT INT INTERVAL MAP SMALLINT STRUCT TEXT TIMESTAMP
    TIMESTAMPLTZ TIMESTAMPNTZ TIMESTAMPTZ TINYINT VARBINARY VARCHAR""")
# Functions of the parser that are written as operators, so that the list of words does not see them.
_REFUSED = frozenset({"Collate", "AtTimeZone"})
_INSTEAD = {
    "Alias": "a name is given by the key, not by AS",
    "Parameter": "variables such as ${x} are not substituted here",
    "Placeholder": "placeholders are not filled in here",
    "Star": "'*' is not allowed here; name the columns",
    "Select": "a subquery is not allowed here; use the transform 'sql'",
    "Subquery": "a subquery is not allowed here; use the transform 'sql'",
    "Window": "a window looks at other rows; use the transform 'sql'",
    "Hint": "hints are not allowed",
    "Block": "one statement is expected, not several",
    "TableSample": "a sample gives other rows on a re-run; filter by a hash of the key",
    "Filter": "FILTER belongs to an aggregate; use the transform 'aggregate'",
}


def tree(text: str, what: str = "expression") -> Expr:
    """The one statement or expression that `text` holds.

    Raises `ValueError` with the reason when it is none, or is too long or too deep.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it would warn of is refused here
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    if not text.strip():
        raise ValueError(f"is empty; {'a SELECT' if what == 'query' else 'an expression'} is expected")
    if max(_depths(text)) > DEEPEST:
        raise ValueError(f"is nested deeper than {DEEPEST} brackets")
    try:
        _check_strings(text)
        found = [node for node in sqlglot.parse(text, dialect="spark") if node is not None]
    except SqlglotError as error:
        raise ValueError(f"is not SQL: {_plain(error)}") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if len(found) != 1:
        raise ValueError("one statement is expected, not several" if found else "is empty")
    return found[0]


def written(node: Expr) -> str:
    """The Spark SQL text of `node`, in one spelling for all ways to write it, without comments."""
    try:
        return node.sql(dialect="spark", comments=False)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def check(node: Expr, functions: frozenset[str], *, aggregate: bool = False, query: bool = False) -> str:
    """The text of `node` for the engine, once all its nodes, types and functions are on the lists.

    Raises `ValueError` with the reason otherwise.
    """
    from sqlglot import exp

    if _chain(node) > LONGEST_CHAIN:
        raise ValueError(f"chains more than {LONGEST_CHAIN} of + - *; compute a part of it in a step before")
    allowed = _NODES | (_QUERY_NODES if query else _AGGREGATE_NODES if aggregate else frozenset())
    for each in node.walk():
        name = type(each).__name__
        if isinstance(each, exp.Filter) and not (aggregate or query):
            raise ValueError(_INSTEAD["Filter"])
        if isinstance(each, exp.Star) and not query and not isinstance(each.parent, exp.Count):
            raise ValueError(_INSTEAD["Star"])
        if isinstance(each, exp.DataType) and each.this.name not in _TYPES:
            raise ValueError(f"the type '{each.sql('spark')}' is not known")
        if name in _REFUSED or (name not in allowed and not isinstance(each, exp.Func)):
            raise ValueError(_INSTEAD.get(name, f"{_spoken(name)} is not allowed"))
        if isinstance(each, exp.Identifier) and each.name.lower().startswith("_mesh_"):
            raise ValueError(f"'{each.name}' is reserved: names that start with _mesh_ are internal")
    text = written(node)
    _check_words(text, functions)
    if written(tree(text)) != text:
        raise ValueError("is read in two ways; write it more plainly, for example with cast()")
    return text


def _check_words(text: str, functions: frozenset[str]) -> None:
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.tokenizer_core import TokenType

    tokens = Dialect.get_or_raise("spark").tokenize(text)
    for index, token in enumerate(tokens):
        word = token.text.upper()
        quoted = token.token_type in (TokenType.STRING, TokenType.NUMBER, TokenType.HEX_STRING)
        if quoted or not re.match(r"[A-Za-z_]", token.text):
            continue
        after = tokens[index + 1].token_type if index + 1 < len(tokens) else None
        before = tokens[index - 1].token_type if index else None
        called = after == TokenType.L_PAREN and (token.token_type == TokenType.IDENTIFIER or word not in KEYWORDS)
        bare = word in BARE and before != TokenType.DOT and word not in functions
        if (called and word not in functions) or bare:
            reason = REASONS.get(word, "is not on the list of allowed functions")
            raise ValueError(f"function '{token.text.lower()}' {reason}")
        if word == "UNIX_TIMESTAMP" and tokens[index + 2 : index + 3] and tokens[index + 2].text == ")":
            raise ValueError(f"function 'unix_timestamp' without a column {REASONS['NOW']}")


def _check_strings(text: str) -> None:
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.tokenizer_core import TokenType

    tokens = Dialect.get_or_raise("spark").tokenize(text)
    for token, following in pairwise(tokens):
        if token.token_type == following.token_type == TokenType.STRING:
            raise ValueError("two strings stand side by side, which engines read differently; write a quote as \\'")


def _chain(tree: Expr) -> int:
    """How many additions, subtractions and multiplications stand inside of one another at most."""
    from sqlglot import exp

    depths: dict[int, int] = {}
    for node in tree.walk(bfs=True):  # parents first
        around = depths.get(id(node.parent), 0) if node is not tree else 0
        depths[id(node)] = around + isinstance(node, exp.Add | exp.Sub | exp.Mul)
    return max(depths.values())


def _depths(text: str) -> list[int]:
    depth, depths = 0, [0]
    for sign in text:
        depth += (sign in "([<") - (sign in ")]>")
        depths.append(depth)
    return depths


def _spoken(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).upper()


def _plain(error: Exception) -> str:
    details = getattr(error, "errors", None) or [{}]
    what = str(details[0].get("description") or "it cannot be read").rstrip(".")
    what = re.sub(r"<class '[\w.]*?(\w+)'>", lambda found: found[1].lower() + "()", what)
    column = details[0].get("col")
    return f"{what[:1].lower()}{what[1:]}" + (f" (near character {column})" if column else "")
