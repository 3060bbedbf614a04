"""What becomes of files whose columns are not those of the contract: decided per file, before a row is read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mesh_etl.contract.diff import widens
from mesh_etl.contract.summary import spelled
from mesh_etl.contract.types import DataType, Decimal, Schema, Simple
from mesh_etl.contract.types import Field as ColumnField
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.sources.nested import Difference, differences

Policy = Literal["fail", "ignore", "evolve"]


@dataclass(frozen=True)
class Drift:
    """How the files of a source differ from the contract, and what is done about it.

    `ignored` holds the columns that are left out and `missing` those that are read as NULL, each with the number of
    files; `added` and `widened` are the changes that the table takes over (policy `evolve`).
    """

    ignored: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    added: tuple[ColumnField, ...] = ()
    widened: tuple[ColumnField, ...] = ()


@dataclass(frozen=True)
class Stored:
    """The columns that a file has, in order; a type is None in formats that state none, and text where no contract
    type can hold it."""

    path: str
    columns: tuple[tuple[str, DataType | str | None], ...]


@dataclass(frozen=True)
class Compared:
    """The schema to read all files with, their names in the files, and how the files differ from the contract."""

    schema: Schema
    names: Mapping[str, str]
    drift: Drift


def compare(
    files: Sequence[Stored], schema: Schema, names: Mapping[str, str], optional: frozenset[str], policy: Policy
) -> Compared:
    """What to read of the files under the policy.

    `fail` takes the columns as they are listed, by name and in any order, stored in a type that the contract's holds
    without loss. `ignore` leaves other columns out and reads NULL where a file lacks one of `optional`. `evolve` takes
    over new columns, as optional ones, and types that widen without loss (int to bigint, float to double, decimals
    with more digits); a column of a format without types is new as text. Nothing else passes.
    Raises `PlanError` with the faults of all files.
    """
    verdicts: dict[tuple[tuple[str, DataType | str | None], ...], _Verdict] = {}
    faults: list[Fault] = []
    ignored, missing = Counter[str](), Counter[str]()
    added: dict[str, DataType] = {}
    wider: dict[str, DataType] = {}
    for file in files:
        verdict = verdicts.get(file.columns)
        if verdict is None:
            verdict = verdicts[file.columns] = _verdict(file.columns, schema, names, optional, policy)
        faults += [Fault(one.code, one.problem, file.path, one.fix) for one in verdict.faults]
        ignored.update(verdict.ignored)
        missing.update(verdict.missing)
        for name, kind in verdict.added:
            faults += _merged(added, name, kind, file.path)
        for name, kind in verdict.widened:
            faults += _merged(wider, name, kind, file.path)
    if faults:
        raise PlanError(*faults)
    grown = tuple(ColumnField(column.name, wider.get(column.name, column.type)) for column in schema)
    new = tuple(ColumnField(name, kind) for name, kind in added.items())
    widened = tuple(column for column in grown if column.name in wider)
    return Compared(grown + new, names, Drift(dict(ignored), dict(missing), new, widened))


@dataclass(frozen=True)
class _Verdict:
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[tuple[str, DataType], ...] = ()
    widened: tuple[tuple[str, DataType], ...] = ()


def _verdict(
    stored: Sequence[tuple[str, DataType | str | None]],
    schema: Schema,
    names: Mapping[str, str],
    optional: frozenset[str],
    policy: Policy,
) -> _Verdict:
    header = [name for name, _ in stored]
    wanted = {names.get(column.name, column.name): column for column in schema}
    extra = [name for name in header if name not in wanted]
    lacking = [name for name in wanted if name not in header]
    untyped = all(kind is None for _, kind in stored)
    if (
        untyped
        and len(lacking) == len(wanted)
        and not any(did_you_mean(name, extra).startswith("did") for name in wanted)
    ):
        problem = f"the first line names none of the columns {_listed(list(wanted))}"
        fix = _separated(header) or "list the file's columns under source.columns, or say that there is no header"
        return _Verdict((Fault("HEADER_MISMATCH", problem, fix=fix),))
    missing = [wanted[name].name for name in lacking if wanted[name].name in optional]
    faults = _header_faults(header, [name for name in lacking if wanted[name].name not in missing], extra, policy)
    added, widened, inside = [], [], list[Difference]()
    for name, kind in stored:
        if name in wanted:
            found, wide = _typed(wanted[name], kind, policy)
            faults += [one for one in found if isinstance(one, Fault)]
            inside += [one for one in found if isinstance(one, Difference)]
            widened += [(wanted[name].name, wide)] if wide else []
        elif policy == "evolve":
            fault = _addition(name, kind, {column.name for column in schema})
            faults += [fault] if fault else []
            added += [(name, kind if isinstance(kind, DataType) else Simple("string"))] if not fault else []
    left_out = [*(extra if policy == "ignore" else ()), *(one.path for one in inside if one.kind == "ignored")]
    empty = [*missing, *(one.path for one in inside if one.kind == "missing")]
    return _Verdict(tuple(faults), tuple(left_out), tuple(empty), tuple(added), tuple(widened))


def _separated(header: Sequence[str]) -> str:
    """The fix for a first line that is one column, for want of the character that separates its columns."""
    separators = [one for one in ";\t|," if len(header) == 1 and one in header[0]]
    return f"say what separates its columns, under source: delimiter: {json.dumps(separators[0])}" if separators else ""


def _header_faults(header: Sequence[str], lacking: Sequence[str], extra: Sequence[str], policy: Policy) -> list[Fault]:
    faults = []
    if lacking:
        close = did_you_mean(lacking[0], extra)
        called = "say under source.columns what the file calls it, or take it out of the contract"
        fix = close if close.startswith("did") else called
        faults.append(Fault("COLUMN_MISSING", f"the header lacks {_listed(lacking)}", fix=fix))
    if extra and policy == "fail":
        fix = "add them to the contract, or set drift: ignore, or drift: evolve"
        faults.append(Fault("COLUMN_UNEXPECTED", f"the header has {_listed(extra)} besides", fix=fix))
    twice = sorted(name for name, count in Counter(header).items() if count > 1)
    if twice:
        fix = "have each column delivered once, under a name of its own"
        faults.append(Fault("COLUMN_DUPLICATE", f"the header repeats {_listed(twice)}", fix=fix))
    return faults


def _typed(
    column: ColumnField, kind: DataType | str | None, policy: Policy
) -> tuple[list[Fault | Difference], DataType | None]:
    if kind is None:
        return [], None
    if isinstance(kind, str):
        problem = f"column '{column.name}' is stored as {kind[:200]}, the contract says {spelled(column.type)}"
        return [Fault("TYPE_MISMATCH", problem, fix="change the contract or the delivery")], None
    if policy == "evolve" and evolves(column.type, kind):
        return [], kind
    return list(differences(column.name, kind, column.type, policy == "ignore")), None


def evolves(old: DataType, new: DataType) -> bool:
    """Whether a column may grow from `old` to `new` on its own: the same kind of number with more room."""
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        return widens(old, new)
    kinds = [{"tinyint", "smallint", "int", "bigint"}, {"float", "double"}]
    pair = {one.name for one in (old, new) if isinstance(one, Simple)}
    return any(pair <= kind for kind in kinds) and widens(old, new)


def _addition(name: str, kind: DataType | str | None, known: set[str]) -> Fault | None:
    if isinstance(kind, str):
        problem, fix = f"the new column '{name[:64]}' is {kind}, which no contract type holds", "set drift: ignore"
        return Fault("TYPE_MISMATCH", problem, fix=fix)
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name) or name in known:
        problem = f"the new column '{name[:64]}' cannot be a column of the table as it is called"
        return Fault("COLUMN_UNEXPECTED", problem, fix="map it to a name under source.columns")
    return None


def _merged(found: dict[str, DataType], name: str, kind: DataType, path: str) -> list[Fault]:
    """Files may bring a new type in several widths: the widest counts."""
    before = found.setdefault(name, kind)
    if before == kind or evolves(kind, before):
        return []
    if evolves(before, kind):
        found[name] = kind
        return []
    problem = f"column '{name[:64]}' is {spelled(kind)} here and {spelled(before)} in another file"
    return [Fault("TYPE_MISMATCH", problem, path, "deliver it in one type")]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name[:64]}'" for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
