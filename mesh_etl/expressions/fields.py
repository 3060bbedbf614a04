"""Guards the fields of structs, which Sail 0.7 reads from a NULL struct as zeros and empty texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.expressions import parse

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


def guarded(tree: Expr) -> Expr:
    """The expression in which a field of a NULL struct is NULL on every engine."""
    return tree.transform(_guard)


def _guard(node: Expr) -> Expr:
    from sqlglot import exp

    fields: list[str] = []
    base = node
    while isinstance(base, exp.Dot):
        fields.insert(0, parse.written(base.expression))
        base = base.this
    if isinstance(base, exp.Column):
        first, *rest = (parse.written(part) for part in base.parts)
        fields, text = [*rest, *fields], first
    elif fields:
        text = parse.written(base.transform(_guard))
    if not fields:
        return node
    paths = [".".join([text, *fields[:length]]) for length in range(len(fields) + 1)]
    there = exp.and_(*(exp.Not(this=exp.Is(this=exp.var(path), expression=exp.Null())) for path in paths[:-1]))
    # Text, not nodes: what is written is guarded already and is not entered again.
    return exp.Case(ifs=[exp.If(this=there, true=exp.var(paths[-1]))])
