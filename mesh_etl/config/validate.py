"""From a document to a model: every mistake at once, each with its line, its path and, where known, the fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from mesh_etl.config import wording
from mesh_etl.config.document import Document, Loc, dotted
from mesh_etl.config.shape import Walk, walk
from mesh_etl.errors import ConfigError, Fault, did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)


class _Mistake(NamedTuple):
    walk: Walk
    error: ErrorDetails


class _Place(NamedTuple):
    """Where a fault is: the position of the value or the key at `loc`, and the path that is shown, if another one."""

    loc: Loc
    key: bool = False
    shown: Loc | None = None


def validate(model: type[M], document: Document, data: object = None) -> M:
    """The model that the document describes; `data` replaces the document's own data after interpolation.

    Raises `ConfigError` with one fault per mistake, in the order of the file. A validator of a model names its fix by
    raising `PydanticCustomError(code, problem, {"fix": ...})`; an `at` in that context, a tuple of further steps, moves
    the fault to a key below.
    """
    content = document.data if data is None else data
    try:
        return model.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False)
    mistakes = [_Mistake(walk(model, detail["loc"]), detail) for detail in details]
    placed = [_fault(mistake, document) for mistake in _settle(mistakes, 0)]
    placed.sort(key=lambda one: document.position(one[0].loc, one[0].key))
    raise ConfigError(*(fault for _, fault in placed))


def _fault(mistake: _Mistake, document: Document) -> tuple[_Place, Fault]:
    place, code, problem, fix = _told(mistake)
    path = dotted(place.loc if place.shown is None else place.shown)
    where = document.where(place.loc, place.key)
    return place, Fault(code, f"{path}: {problem}" if path else problem, where, fix)


def _told(mistake: _Mistake) -> tuple[_Place, str, str, str]:
    path, error, kind = mistake.walk.path, mistake.error, mistake.error["type"]
    context, value = error.get("ctx", {}), error["input"]
    key = mistake.walk.in_key
    if kind == "extra_forbidden":
        name = str(path[-1])
        return _Place(path, True), "UNKNOWN_KEY", f"unknown key '{name}'", did_you_mean(name, mistake.walk.siblings)
    if kind == "missing":
        return _Place(path), "MISSING_KEY", "is required", f"add the key '{path[-1]}'"
    if kind == "union_tag_not_found":
        return _untyped(path, _tag_key(context), value, mistake.walk.tags)
    if kind == "union_tag_invalid":
        return _unknown_type((*path, _tag_key(context)), context["tag"], mistake.walk.tags)
    if kind in ("literal_error", "enum"):
        return _outside(mistake)
    if wanted := wording.expected(kind):
        problem = f"expected {wanted}, found {wording.found(value)}"
        return _Place(path, key), "WRONG_TYPE", problem, wording.quote_hint(kind, value)
    if problem := wording.bound(kind, context) or "":
        code = "BAD_FORMAT" if kind == "string_pattern_mismatch" else "OUT_OF_BOUNDS"
        return _Place(path, key), code, problem, ""
    if kind in ("value_error", "assertion_error"):
        return _Place(path, key), "INVALID_VALUE", str(context["error"]), ""
    if kind == "expected_one_of":
        return _Place(path), "WRONG_TYPE", f"expected {context['wanted']}, found {wording.found(value)}", ""
    if "fix" in context:
        return _Place((*path, *context.get("at", ())), key), kind.upper(), error["msg"], str(context["fix"])
    return _Place(path, key), "INVALID_VALUE", f"is not valid ({kind.replace('_', ' ')})", ""


def _tag_key(context: Mapping[str, Any]) -> str:
    return str(context["discriminator"]).strip("'")


def _listed(names: Sequence[str]) -> str:
    return f"known: {', '.join(sorted(names))}" if len(names) <= 25 else ""


def _untyped(path: Loc, tag: str, value: object, known: Sequence[str]) -> tuple[_Place, str, str, str]:
    for name in get_close_matches(tag, map(str, value), n=1) if isinstance(value, dict) else ():
        return _Place((*path, name), True), "UNKNOWN_KEY", f"unknown key '{name}'", f"did you mean '{tag}'?"
    return _Place((*path, tag)), "MISSING_KEY", "is required", _listed(known)


def _unknown_type(loc: Loc, tag: object, known: Sequence[str]) -> tuple[_Place, str, str, str]:
    name, listed = wording.word(tag), _listed(known)
    problem = f"unknown {loc[-1]} '{name}'" if name else f"unknown {loc[-1]}"
    fix = did_you_mean(name, known) if name else listed
    if fix.startswith("did you mean") and listed:
        fix = f"{fix} ({listed})"
    return _Place(loc, shown=loc[:-1]), "UNKNOWN_TYPE", problem, fix


def _outside(mistake: _Mistake) -> tuple[_Place, str, str, str]:
    path, known, value = mistake.walk.path, mistake.walk.tags, mistake.error["input"]
    if path[-1:] == ("type",):
        return _unknown_type(path, value, known)
    name = wording.word(value)
    close = did_you_mean(name, known) if name and len(known) > 1 else ""
    fix = close if close.startswith("did you mean") else ""
    problem = f"must be {known[0]}" if len(known) == 1 else f"is not one of {', '.join(known)}"
    return _Place(path, mistake.walk.in_key), "NOT_ALLOWED", problem, fix


def _settle(mistakes: list[_Mistake], level: int) -> list[_Mistake]:
    """The mistakes of the one branch of each untagged union that the user most likely meant."""
    settled: list[_Mistake] = []
    unions: dict[Loc, dict[str, list[_Mistake]]] = {}
    for mistake in mistakes:
        if len(mistake.walk.branches) <= level:
            settled.append(mistake)
        else:
            union, label = mistake.walk.branches[level]
            unions.setdefault(union, {}).setdefault(label, []).append(mistake)
    for union, branches in unions.items():
        fitting = [_settle(group, level + 1) for group in branches.values() if not _misfit(group, union)]
        best = sorted(fitting, key=len)[:1] or [[_merged(list(branches.values()))]]
        settled += best[0]
    return settled


def _misfit(group: list[_Mistake], union: Loc) -> bool:
    """Whether the branch failed only because it takes another type of value."""
    return len(group) == 1 and group[0].walk.path == union and bool(wording.expected(group[0].error["type"]))


def _merged(groups: list[list[_Mistake]]) -> _Mistake:
    first = groups[0][0]
    names: dict[str, Any] = dict.fromkeys(wording.expected(group[0].error["type"]) or "" for group in groups)
    error: ErrorDetails = {**first.error, "type": "expected_one_of", "ctx": {"wanted": wording.either(list(names))}}
    return _Mistake(first.walk, error)
