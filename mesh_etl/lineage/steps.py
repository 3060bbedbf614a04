"""What each transform makes of the columns of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mesh_etl.lineage.frames import Frame, Use, Uses
from mesh_etl.lineage.sql import of_expression, of_select
from mesh_etl.transforms.aggregate import Aggregate
from mesh_etl.transforms.base import Transform
from mesh_etl.transforms.cast import Cast
from mesh_etl.transforms.dedupe import Dedupe
from mesh_etl.transforms.derive import Derive
from mesh_etl.transforms.filter import Filter
from mesh_etl.transforms.flatten import Flatten
from mesh_etl.transforms.join import Join
from mesh_etl.transforms.mask import Mask
from mesh_etl.transforms.rename import Rename
from mesh_etl.transforms.select import Select
from mesh_etl.transforms.sql import SOURCE, Sql
from mesh_etl.transforms.union import Union


def after(step: Transform, frame: Frame, inputs: Mapping[str, Frame]) -> Frame:
    """The frame after the step; of a step that only its own code knows, nothing is told."""
    if frame.untold and not isinstance(step, Sql | Select):
        return frame
    match step:
        case Rename():
            moved = {new: frame.of(old) for old, new in step.columns.items()}
            stay = {name: uses for name, uses in frame.columns.items() if name not in step.columns}
            return replace(frame, columns={**stay, **moved})
        case Select():
            return frame.picked(step.columns)
        case Derive():
            made = {**step.replace, **step.columns}
            derived = {name: of_expression(one.sql, frame) for name, one in made.items()}
            return replace(frame, columns={**frame.columns, **derived})
        case Cast():
            return _with(frame, {name: frame.of(name) for name in step.columns})
        case Mask():
            masked = {name: _then(frame.of(name), hidden=True) for name in step.columns}
            return _with(frame, masked)
        case Filter():
            return frame.with_decided(map(str.lower, step.where.columns), "filter")
        case Dedupe():
            return frame.with_decided((*step.keys, *(name.removeprefix("-") for name in step.order_by)), "sort")
        case Join():
            return _joined(step, frame, inputs.get(step.with_, Frame(untold="an input is missing")))
        case Union():
            return _united(frame, [inputs[name] for name in step.with_ if name in inputs])
        case Aggregate():
            keys = {name: frame.of(name) for name in step.group_by}
            values = {name: of_expression(one.sql, frame) for name, one in step.columns.items()}
            grouped = frame.with_decided(step.group_by, "group_by")
            return Frame(columns={**keys, **values}, decided=grouped.decided)
        case Flatten():
            fields = tuple(
                (f"{name}_" if step.prefix is None else step.prefix, _then(frame.of(name))) for name in step.columns
            )
            return replace(frame, prefixes=(*fields, *frame.prefixes))
        case Sql():
            return of_select(step.query.sql, {**inputs, SOURCE: frame})
    return Frame(untold=f"a step of type {step.type} is known only to its own code", decided=frame.decided)


def _with(frame: Frame, columns: Mapping[str, Uses]) -> Frame:
    return replace(frame, columns={**frame.columns, **columns})


def _then(uses: Uses, hidden: bool = False) -> Uses:
    return frozenset(use.then("transformation", hidden) for use in uses)


def _joined(step: Join, frame: Frame, other: Frame) -> Frame:
    keys = step.on if isinstance(step.on, dict) else {name: name for name in step.on}
    decided = frame.with_decided(keys, "join").decided | other.with_decided(keys.values(), "join").decided
    if step.how in ("semi", "anti"):
        return replace(frame, decided=decided)
    if step.columns is None and not other.columns:
        reason = other.untold or "a join takes all columns of a file, which are known when it is read"
        return Frame(columns=frame.columns, decided=decided, untold=reason)
    names = step.columns if step.columns is not None else [one for one in other.columns if one not in keys.values()]
    return replace(_with(frame, {name: other.of(name) for name in names}), decided=decided)


def _united(frame: Frame, others: list[Frame]) -> Frame:
    names = dict.fromkeys(name for one in (frame, *others) for name in one.columns)
    columns: dict[str, frozenset[Use]] = {
        name: frozenset().union(*(one.of(name) for one in (frame, *others))) for name in names
    }
    decided = frozenset().union(*(one.decided for one in (frame, *others)))
    return replace(frame, columns=columns, decided=decided)
