"""The branches of CASE and IF, of which Sail 0.7 says that they have the type of the first one when they do not.

So `case when a then 1 else 2.5 end` is an int by its schema and holds 2.5. For COALESCE the schema is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


def branches(node: Expr) -> list[Expr]:
    """The values that a CASE or IF chooses from, NULL left out; none for any other node."""
    from sqlglot import exp

    if isinstance(node, exp.Case):
        values = [each.args["true"] for each in node.args["ifs"]] + [node.args.get("default")]
    elif isinstance(node, exp.If) and not isinstance(node.parent, exp.Case):
        values = [node.args["true"], node.args.get("false")]
    else:
        return []
    return [value for value in values if value is not None and not isinstance(value, exp.Null)]


def merged(tree: Expr) -> Expr:
    """An expression of the same type, of which every engine knows the type."""
    from sqlglot import exp

    root = exp.Paren(this=tree.copy())
    for node in reversed(list(root.find_all(exp.Case, exp.If))):
        values = branches(node)
        if values:
            node.replace(exp.Coalesce(this=values[0], expressions=values[1:]))
    whole: Expr = root.this
    return whole
