"""What the source of a Python module imports, read without running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from mesh_etl.errors import ConfigError, Fault

_LACKING = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")  # what tells that a module is not there


@dataclass(frozen=True)
class Import:
    """A module that is imported, by its whole name; of `from a import b` it is `a.b`, which may be a name in `a`.

    `later` is one in a function or under a condition, which need not come; `optional` one that may be missing.
    """

    module: str
    line: int
    column: int
    later: bool = False
    optional: bool = False


@lru_cache(maxsize=1024)
def imports(source: bytes, name: str) -> tuple[Import, ...]:
    """What the file `name`, a path in the project, imports where it is imported itself: no type checker, no script.

    Raises `ConfigError` MODULE_UNREADABLE for a source that is no Python.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        problem, fix = "this is no Python that runs here", f"mend it; python -m py_compile {name} says what is wrong"
        raise ConfigError(Fault("MODULE_UNREADABLE", problem, f"{name}:{line}:{column}", fix)) from error
    package = PurePosixPath(name).parts[:-1]
    return tuple(_imported(tree.body, package, later=False, optional=False))


def _imported(body: Iterable[ast.AST], package: tuple[str, ...], later: bool, optional: bool) -> Iterator[Import]:
    """The imports of the statements and of those inside them."""
    for node in body:
        inside, unsure, may_lack = _inside(node), later, optional
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in _modules(node, package):
                yield Import(module, node.lineno, node.col_offset + 1, later, optional)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            unsure = True
        elif isinstance(node, ast.If) and _is_false(node.test):
            inside = node.orelse
        elif isinstance(node, ast.If | ast.Match):
            unsure = True
        elif isinstance(node, ast.Try | ast.TryStar):
            may_lack = optional or any(_lacks(one.type) for one in node.handlers)
        elif isinstance(node, ast.With | ast.AsyncWith):
            may_lack = optional or any(map(_suppresses, node.items))
        yield from _imported(inside, package, unsure, may_lack)


def _inside(node: ast.AST) -> Sequence[ast.AST]:
    """The statements in a statement, in order: its blocks, and those of its handlers and cases."""
    blocks = (getattr(node, name, ()) for name in ("body", "handlers", "cases", "orelse", "finalbody"))
    return [one for block in blocks if isinstance(block, list) for one in block]


def _modules(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
        return
    near = package[: max(0, len(package) - node.level + 1)] if node.level else ()
    base = ".".join((*near, *((node.module,) if node.module else ())))
    yield from (f"{base}.{one.name}".strip(".") if one.name != "*" else base for one in node.names)


def _is_false(test: ast.expr) -> bool:
    """Whether it is `TYPE_CHECKING` or `__name__ == "__main__"`, which are false where the module is imported."""
    return "TYPE_CHECKING" in (getattr(test, "attr", ""), _name(test)) or (
        isinstance(test, ast.Compare) and _name(test.left) == "__name__" and isinstance(test.ops[0], ast.Eq)
    )


def _suppresses(item: ast.withitem) -> bool:
    """Whether it is `contextlib.suppress` of what tells that a module is not there."""
    call = item.context_expr
    if not isinstance(call, ast.Call) or "suppress" not in (getattr(call.func, "attr", ""), _name(call.func)):
        return False
    return any(map(_lacks, call.args))


def _lacks(caught: ast.expr | None) -> bool:
    """Whether who catches this goes on without a module that is not there."""
    some = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(one is None or _name(one) in _LACKING for one in some)


def _name(node: ast.expr) -> str:
    return str(getattr(node, "id", ""))
