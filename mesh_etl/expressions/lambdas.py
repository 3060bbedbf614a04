"""Takes a part of a lambda out of it: its variables become expressions of the same type, so that it has a type too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.expressions import parse
from mesh_etl.expressions.branches import merged

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr

_MAPS = {"map_filter", "transform_keys", "transform_values", "map_zip_with"}
_FIRST = "element_at({}, 1)"


def outside(node: Expr) -> str:
    """A text that stands alone and has the type of `node`; a variable of a lambda becomes what it is taken from."""
    from sqlglot import exp

    text, around = parse.written(node), node.parent
    while around is not None:
        if isinstance(around, exp.Lambda):
            text = _replaced(text, _origins(around))
        around = around.parent
    return parse.written(merged(parse.tree(text)))


def _origins(function: exp.Lambda) -> dict[str, str]:
    """For each variable of the lambda, an expression of its type."""
    from sqlglot import exp

    call = function.parent
    if call is None:
        return {}
    parts = [part for value in call.args.values() for part in (value if isinstance(value, list) else [value])]
    given = [parse.written(part) for part in parts if isinstance(part, exp.Expression) and part is not function]
    name = call.name.lower() if isinstance(call, exp.Anonymous) else ""
    first = _FIRST.format(given[0])
    if name in _MAPS:
        key, *values = (_FIRST.format(f"{side}({each})") for each in given for side in ("map_keys", "map_values"))
        origins = [key, values[0], *values[2:3]]
    elif name == "zip_with":
        origins = [_FIRST.format(each) for each in given]
    elif isinstance(call, exp.Reduce):
        origins = [given[1], first]
    elif isinstance(call, exp.ArraySort):
        origins = [first, first]
    else:
        origins = [first, "0"]
    return dict(zip((variable.name.lower() for variable in function.expressions), origins, strict=False))


def _replaced(text: str, origins: dict[str, str]) -> str:
    """The text, in which a variable is read as a column once it stands alone; those of lambdas inside are not."""
    from sqlglot import exp

    def replace(node: Expr) -> Expr:
        if not isinstance(node, exp.Column) or node.parts[0].name.lower() not in origins:
            return node
        first, *fields = node.parts
        return exp.var(".".join([origins[first.name.lower()], *map(parse.written, fields)]))

    return parse.written(parse.tree(text).transform(replace))
