"""SQL that a user writes for a database: parsed in its dialect, so that it is one predicate or one query.

Nothing else gets through: no second statement, no comment that swallows what follows, no lock and no INTO. The
transaction is read-only besides.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mesh_etl.sources.databases.address import Scheme

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

DIALECTS: dict[Scheme, str] = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}
LONGEST = 20_000


def predicate(text: str, scheme: Scheme) -> str:
    """The condition on one row that `text` spells, as the database will see it.

    Raises `ValueError` with the reason when it is none.
    """
    from sqlglot import exp

    node = _tree(text, scheme)
    if isinstance(node, exp.Alias):
        raise ValueError("is a column with a name; a condition is expected")
    if not isinstance(node, exp.Condition):
        raise ValueError("is a statement; a condition on one row is expected, as in status = 'open'")
    if node.find(exp.Query, exp.Subquery):
        raise ValueError("holds a subquery; write the whole SELECT under query")
    if node.find(exp.AggFunc, exp.Window):
        raise ValueError("looks at more than one row; write the whole SELECT under query")
    if node.find(exp.Placeholder, exp.Parameter, exp.SessionParameter):
        raise ValueError("holds a placeholder that nothing fills in")
    sql = node.sql(dialect=DIALECTS[scheme], comments=False)
    if _tree(sql, scheme).sql(dialect=DIALECTS[scheme], comments=False) != sql:
        raise ValueError("is read in two ways; write it more plainly")
    return sql


def query(text: str, scheme: Scheme) -> str:
    """The one SELECT that `text` holds, as it stands; raises `ValueError` with the reason when it is none."""
    from sqlglot import exp

    if "/*!" in text or "/*M!" in text:
        raise ValueError("holds a comment that a server would run")
    node = _tree(text, scheme)
    if not isinstance(node, exp.Query):
        raise ValueError("is no SELECT")
    if node.find(exp.Into, exp.Lock, exp.DML, exp.DDL, exp.Command):
        raise ValueError("changes or locks something; a plain SELECT is expected")
    if node.find(exp.Placeholder, exp.Parameter):
        raise ValueError("holds a placeholder that nothing fills in")
    return text.strip().rstrip(";").rstrip()


def _tree(text: str, scheme: Scheme) -> Expr:
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    try:
        found = [node for node in sqlglot.parse(text, read=DIALECTS[scheme]) if node is not None]
    except (SqlglotError, RecursionError):
        raise ValueError(f"is not SQL as {scheme} reads it") from None
    if len(found) != 1:
        raise ValueError("one statement is expected, not several" if found else "is empty")
    return found[0]
