"""Every error says what to do about it: none is made without a fix, or with one that may be an empty text.

What functions give for a fix is not looked into: `did_you_mean` has nothing to say where nothing is near or known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from .source import modules, name_of, tree

# What is made into a fault and is none that somebody could mend.
NOT_MENDED = {
    "mesh_etl/cli/contract/diff.py": "a change of a contract is noted, beside the faults that have fixes",
    "mesh_etl/operate/logs.py": "a line of a log is handed on as it was printed, with the fix in its text",
    "mesh_etl/run/engines/faults.py": "a fault that came through a worker is made again as it was",
}


def fixless(module: ast.AST) -> Iterator[int]:
    """The lines at which a fault is made whose fix is left out, or may be empty by what stands there."""
    scopes = [one for one in ast.walk(module) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    inner = {id(node): scope for scope in scopes for node in ast.walk(scope)}  # the innermost comes last
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Fault":
            given = [*call.args[3:4], *(one.value for one in call.keywords if one.arg in ("fix", None))]
            stated = [last_value(one, inner.get(id(call))) for one in given]
            if not given or any(map(may_be_empty, stated)):
                yield call.lineno


def last_value(fix: ast.expr, scope: ast.AST | None) -> ast.expr:
    """What a name of the function was given last before it is used; any other expression as it is."""
    if not isinstance(fix, ast.Name) or scope is None:
        return fix
    values = [
        one
        for one in ast.walk(scope)
        if isinstance(one, ast.Assign) and one.lineno < fix.lineno
        if any(isinstance(to, ast.Name) and to.id == fix.id for to in one.targets)
    ]
    return max(values, key=lambda one: one.lineno).value if values else fix


def may_be_empty(fix: ast.expr) -> bool:
    """Whether the text is empty, or one of two that is."""
    if isinstance(fix, ast.IfExp):
        return may_be_empty(fix.body) or may_be_empty(fix.orelse)
    if isinstance(fix, ast.BoolOp):
        return may_be_empty(fix.values[-1])
    if isinstance(fix, ast.Call) and isinstance(fix.func, ast.Attribute) and fix.func.attr == "get":
        return len(fix.args) == 1 or may_be_empty(fix.args[1])
    return isinstance(fix, ast.Constant) and not fix.value


def test_every_fault_has_a_fix() -> None:
    found = [
        f"{name_of(path)}:{line}"
        for path in modules()
        if name_of(path) not in NOT_MENDED
        for line in fixless(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("Fault('A', 'b', 'c', 'd')\nFault('A', 'b', fix='d')", []),
        ("Fault('A', 'b')\nFault('A', 'b', 'c', '')\nFault('A', 'b', fix=x if y else '')", [1, 2, 3]),
        ("Fault('A', 'b', 'c', x or '')\nFault('A', 'b', 'c', {}.get(x, ''))", [1, 2]),
        ("def f():\n    fix = 'x' if y else ''\n    Fault('A', 'b', fix=fix)", [3]),
    ],
)
def test_a_fix_that_is_missing_is_seen(source: str, lines: list[int]) -> None:
    assert list(fixless(ast.parse(source))) == lines
