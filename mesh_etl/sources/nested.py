"""How a stored type with structs inside fits the contract's: fields are matched by name, at every depth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mesh_etl.contract.diff import fits
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import Array, DataType, Map, Struct
from mesh_etl.errors import Fault, did_you_mean


@dataclass(frozen=True)
class Difference:
    """A field that one side has and the other has not; `path` is written as in `who.name` or `tags[].name`."""

    kind: Literal["ignored", "missing"]
    path: str


def differences(path: str, stored: DataType, wanted: DataType, lenient: bool) -> Iterator[Fault | Difference]:
    """The faults of the stored type, and, for a lenient policy, the fields that are left out or read as NULL."""
    if isinstance(stored, Struct) and isinstance(wanted, Struct):
        yield from _fields(path, stored, wanted, lenient)
    elif isinstance(stored, Array) and isinstance(wanted, Array):
        yield from differences(f"{path}[]", stored.item, wanted.item, lenient)
    elif isinstance(stored, Map) and isinstance(wanted, Map):
        yield from differences(f"{path}.key", stored.key, wanted.key, lenient)
        yield from differences(f"{path}.value", stored.value, wanted.value, lenient)
    elif not fits(stored, wanted):
        problem = f"column '{path}' is stored as {spelled(stored)}, the contract says {spelled(wanted)}"
        yield Fault("TYPE_MISMATCH", problem, fix="change the contract or the delivery")


def _fields(path: str, stored: Struct, wanted: Struct, lenient: bool) -> Iterator[Fault | Difference]:
    there = {one.name: one.type for one in stored.fields}
    known = {one.name: one.type for one in wanted.fields}
    twice = sorted(name for name, count in Counter(one.name for one in stored.fields).items() if count > 1)
    for name in twice:
        fix = "have each field delivered once, under a name of its own"
        yield Fault("COLUMN_DUPLICATE", f"the struct '{path}' repeats '{name[:64]}'", fix=fix)
    extra = [name for name in there if name not in known]
    for name, kind in known.items():
        if name in there:
            yield from differences(f"{path}.{name}", there[name], kind, lenient)
        elif lenient:
            yield Difference("missing", f"{path}.{name}")
        else:
            fix = did_you_mean(name, extra)
            fix = fix if fix.startswith("did") else "set drift: ignore to read NULL for it"
            yield Fault("COLUMN_MISSING", f"the struct '{path}' lacks '{name}'", fix=fix)
    for name in extra:
        if lenient:
            yield Difference("ignored", f"{path}.{name}")
        else:
            fix = "add it to the contract, or set drift: ignore"
            yield Fault("COLUMN_UNEXPECTED", f"the struct '{path}' has '{name[:64]}' besides", fix=fix)
