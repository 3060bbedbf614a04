"""Whether a contract keeps to the version of the standard that it declares, by the marks on the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_etl.contract.draft import Draft
from mesh_etl.contract.parts import Part
from mesh_etl.contract.table import Loc
from mesh_etl.contract.versions import NEWEST, Deprecated, Mark, Required, Since, Until, earlier
from mesh_etl.errors import Fault

MISSING = object()
UPGRADE = "mesh-etl contract upgrade does it"


def version_faults(draft: Draft) -> Iterator[Fault]:
    """Keys and forms that the declared version does not have yet, does not have any more, or does not go without."""
    declared = draft.odcs.api_version
    for loc, mark, value in _marked(draft.odcs, ()):
        if isinstance(mark, Since) and value is not MISSING and earlier(declared, mark.version):
            where = draft.where(*loc, key=True)
            fix = f"declare apiVersion: {mark.version}, or remove it"
            yield Fault(
                "LATER_KEY", f"{_named(loc, value)} came with version {mark.version} of the standard", where, fix
            )
        if isinstance(mark, Until) and value is not MISSING and earlier(mark.version, declared):
            where = draft.where(*loc, key=True)
            yield Fault("DROPPED_KEY", f"{_named(loc, value)} ended with version {mark.version}", where, mark.instead)
        if isinstance(mark, Required) and value is MISSING and not _outside(declared, mark):
            problem = f"version {declared} of the standard requires '{loc[-1]}'"
            yield Fault("MISSING_KEY", problem, draft.where(*loc[:-1]), f"add the key '{loc[-1]}'")


def version_warnings(draft: Draft) -> Iterator[Fault]:
    """Spellings of older versions, which are read, but which later versions have replaced."""
    for loc, mark, value in _marked(draft.odcs, ()):
        where = draft.where(*loc, key=True)
        if isinstance(mark, Deprecated) and value is not MISSING:
            problem = f"{_named(loc, value)} is deprecated since version {mark.version} of the standard"
            yield Fault("DEPRECATED_KEY", problem, where, mark.instead)
        if isinstance(mark, Until) and value is not MISSING:
            problem = f"{_named(loc, value)} is the spelling of version {mark.version} and earlier ones"
            yield Fault("OLD_SPELLING", problem, where, f"{mark.instead}: {UPGRADE}")
    if draft.odcs.api_version != NEWEST:
        problem = f"version {draft.odcs.api_version} of the standard has been replaced by {NEWEST}"
        fix = "mesh-etl contract upgrade brings the file up to it"
        yield Fault("OLD_VERSION", problem, draft.where("apiVersion"), fix)


def _outside(declared: str, mark: Required) -> bool:
    return earlier(declared, mark.first) or earlier(mark.version, declared)


def _named(loc: Loc, value: object) -> str:
    told = isinstance(value, str) and loc[-1] in ("logicalType", "type")  # a word of the standard, of which one is new
    return f"'{loc[-1]}: {value}'" if told else f"'{loc[-1]}'"


def _marked(part: Part, loc: Loc) -> Iterator[tuple[Loc, Mark, Any]]:
    """Each mark that is about a key of the part, or of a part below it, and its value, or MISSING."""
    for name, field in type(part).model_fields.items():
        here = (*loc, field.alias or name)
        value = getattr(part, name) if name in part.model_fields_set else MISSING
        for mark in field.metadata:
            if isinstance(mark, Mark) and (value is MISSING or mark.about(value)):
                yield here, mark, value
        yield from _below(value, here)


def _below(value: Any, loc: Loc) -> Iterator[tuple[Loc, Mark, Any]]:
    if isinstance(value, Part):
        yield from _marked(value, loc)
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _below(one, (*loc, index))
