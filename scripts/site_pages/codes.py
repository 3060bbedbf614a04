"""The page on troubleshooting: every code that the library speaks by, what it says with it, and what to do."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from site_pages.constants import constants

CODE = re.compile(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)+|[A-Z]{4,}")
SPEAKERS = {"Fault", "Misstated", "Misfit", "Refused", "_Again", "_Unreadable", "coded", "fault", "_fault", "warn"}
STEPS = {"ConfigError": 2, "PlanError": 3, "RunError": 4, "PublishError": 5}
INTRODUCTION = """# Troubleshooting

Every error has a code, a place, a problem and, where one is known, a fix. The codes are stable. What stands
in *italics* is filled in by the message. This page is made from the source, so that it has all of them;
[Codes](codes.md) tells what
each code about rows and files holds to.

The exit code says how far the work had come: 2 nothing was read, 3 nothing was written, 4 nothing is visible,
5 published entirely or not at all.
"""


@dataclass(frozen=True)
class Said:
    """One place in the source that speaks by a code: the problem and the fix as templates, and the step it stops."""

    code: str
    problem: str
    fix: str
    part: str
    exit_code: int | None


def said(package: Path) -> Iterator[Said]:
    """Everything that the package's source says by a code."""
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        part = path.relative_to(package).parts[0].removesuffix(".py")
        for scope in ast.walk(tree):
            if isinstance(scope, ast.FunctionDef | ast.Module):
                yield from _of_scope(scope, part, constants(package, path))


def page(package: Path, pages: Path) -> str:
    """The page: the codes by their first letters, each with its messages, fixes, and the pages that explain it."""
    found: dict[str, list[Said]] = defaultdict(list)
    for one in said(package):
        if one not in found[one.code]:
            found[one.code].append(one)
    meanings = _meanings(pages / "codes.md")
    for code in meanings:
        found.setdefault(code, [])
    told = {path.name: path.read_text(encoding="utf-8") for path in sorted(pages.glob("*.md"))}
    lines = [INTRODUCTION]
    for code in sorted(found):
        lines += _section(code, found[code], meanings.get(code, ""), _explained(code, told))
    return "\n".join(lines) + "\n"


def _section(code: str, places: list[Said], meaning: str, explained: list[str]) -> list[str]:
    lines = [f"\n## `{code}` {{ #{code.lower()} }}\n"]
    if meaning:
        lines.append(f"Holds to: {meaning}.\n")
    for problem, fix, exit_code in dict.fromkeys((one.problem, one.fix, one.exit_code) for one in places):
        lines.append(f"- {problem or 'What the place itself says.'}" + (f" (exit {exit_code})" if exit_code else ""))
        if fix:
            lines[-1] += "  "  # a break of the line
            lines.append(f"  **Fix:** {fix}")
    parts = sorted({one.part for one in places})
    spoken = f"Said by: {', '.join(f'`{part}`' for part in parts)}." if parts else ""
    also = f" More: {', '.join(f'[{name}]({name})' for name in explained)}." if explained else ""
    return [*lines, "", (spoken + also).strip()] if spoken or also else lines


def _explained(code: str, told: dict[str, str]) -> list[str]:
    return [name for name, text in told.items() if f"`{code}`" in text and name != "codes.md"][:4]


def _meanings(page: Path) -> dict[str, str]:
    """What the page of codes says of each, by its tables."""
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {code: text.strip() for codes, text in rows for code in re.findall(r"`([A-Z_0-9]+)`", codes)}


def _of_scope(scope: ast.FunctionDef | ast.Module, part: str, known: dict[str, ast.expr]) -> Iterator[Said]:
    """What a function says itself, of a module with these constants; functions inside it speak for themselves."""
    named = dict(known)
    raised: dict[int, int] = {}
    for node in _own(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                named[name] = value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                named |= {one.id: value for one, value in zip(names, values, strict=True) if isinstance(one, ast.Name)}
            case ast.Call(func=ast.Name(id=error), args=arguments) if error in STEPS:
                raised |= {id(inner): STEPS[error] for one in arguments for inner in ast.walk(one)}
        if isinstance(node, ast.Call) and _name(node) in SPEAKERS:
            texts = [*node.args, *(one.value for one in node.keywords if one.arg == "problem")]
            code = next((index for index, one in enumerate(texts) if _code(one)), None)
            if code is None or code > 1:
                continue
            keywords = {one.arg: one.value for one in node.keywords}
            problem = keywords.get("problem") or (texts[code + 1] if len(texts) > code + 1 else None)
            fix = keywords.get("fix") or (texts[code + 3] if len(texts) > code + 3 else None)
            value = texts[code]
            assert isinstance(value, ast.Constant)
            yield Said(str(value.value), _template(problem, named), _template(fix, named), part, raised.get(id(node)))


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope in their order, without those of functions inside it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own(child)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _code(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.fullmatch(node.value))


def _template(node: ast.expr | None, named: dict[str, ast.expr], depth: int = 0) -> str:
    """The text that an expression makes, with its name in italics for what is only known when it is said."""
    match node:
        case ast.Constant(value=str(text)):
            return _escaped(text)
        case ast.JoinedStr(values=values):
            return "".join(_piece(one, named, depth) for one in values)
        case ast.Name(id=name) if name in named and depth < 3:
            return _template(named[name], named, depth + 1)
        case ast.IfExp(body=body, orelse=orelse):
            either = [_template(one, named, depth + 1) for one in (body, orelse)]
            return " / ".join(one for one in either if one)
        case ast.BoolOp(op=ast.Or(), values=values):
            texts = [_template(one, named, depth + 1) for one in values]
            return " / ".join(text for text in texts if text)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _template(left, named, depth + 1) + _template(right, named, depth + 1)
        case ast.Call(func=ast.Name(id="did_you_mean")):
            return "take the nearest name that the message shows"
    return ""


def _piece(node: ast.expr, named: dict[str, ast.expr], depth: int) -> str:
    if isinstance(node, ast.Constant):
        return _escaped(str(node.value))
    assert isinstance(node, ast.FormattedValue)
    if isinstance(node.value, ast.Name) and node.value.id.isupper():
        text = _template(node.value, named, depth)
        if text:
            return text
    names = [one.attr if isinstance(one, ast.Attribute) else one.id for one in ast.walk(node.value)
             if isinstance(one, ast.Attribute | ast.Name)]  # fmt: skip
    plain = next((name for name in names if name not in ("self", "str", "len", "join", "sorted")), "value")
    return f"*{plain.strip('_')}*"


def _escaped(text: str) -> str:
    return re.sub(r"([*_<>\[\]|`])", r"\\\1", text)
