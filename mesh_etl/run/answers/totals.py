"""Queries that are one plain aggregate, answered from the columns that they name, without an engine's session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.expressions.totals import Combined, Compared, IsNull, Test, Total
from mesh_etl.kernels.comparisons import COMPARED
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.stored.reread import reread
from mesh_etl.run.answers.base import Audit
from mesh_etl.run.answers.unique import stored_files

if TYPE_CHECKING:
    from mesh_etl.contract.types import Schema
    from mesh_etl.run.answers.base import StoredFile

_LONGEST = 28  # digits of a decimal whose sum over any table has no more than 38
_BIGINT = 1 << 63


def answerable(total: Total, schema: Schema) -> bool:
    """Whether the types of its columns leave no doubt about what an engine would answer."""
    kinds = _types(schema)
    if not total.columns <= kinds.keys():
        return False
    if total.function != "count" and not _is_number(kinds[total.column]):
        return False
    return all(_comparable(one, kinds[one.column]) for one in _comparisons(total.where))


def values(totals: Sequence[Total], audit: Audit) -> list[Decimal | None]:
    """The value of each over the table as it will be, None for nothing to sum; one scan of the columns they name.

    Raises `OverflowError` for a sum that is no bigint: engines refuse it.
    """
    kinds = _types(audit.plan.contract.schema)
    names = sorted(frozenset[str]().union(*(one.columns for one in totals)))
    if not names:
        return [Decimal(audit.rows) for _ in totals]
    work = partial(file_totals, tuple(totals), {name: kinds[name] for name in names})
    found = [one["totals"] for one in audit.engine.map(work, stored_files(audit.plan, [*audit.staged, *audit.kept]))]
    whole = [
        _joined(total, (None if one[at] is None else Decimal(one[at]) for one in found))
        for at, total in enumerate(totals)
    ]
    for total, value in zip(totals, whole, strict=True):
        whole_number = total.function == "sum" and pa.types.is_integer(kinds[total.column])
        if whole_number and value is not None and not -_BIGINT <= value < _BIGINT:
            raise OverflowError
    return whole


def file_totals(totals: tuple[Total, ...], columns: Mapping[str, pa.DataType], file: StoredFile) -> dict[str, Any]:
    """What each of the totals is over one file, as text."""
    found: list[Decimal | None] = [None] * len(totals)
    for batch in reread(file[0], columns, file[1]):
        found = [_joined(total, (before, _of_batch(total, batch))) for total, before in zip(totals, found, strict=True)]
    return {"totals": [None if value is None else str(value) for value in found]}


def _joined(total: Total, parts: Iterable[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    if total.function in ("min", "max"):
        return (min if total.function == "min" else max)(known) if known else None
    with localcontext(prec=80):  # exact: no total has as many digits
        return sum(known, Decimal(0)) if known or total.function == "count" else None


def _of_batch(total: Total, batch: pa.RecordBatch) -> Decimal | None:
    chosen = None if total.where is None else pc.fill_null(_holds(total.where, batch), False)
    if not total.column:
        return Decimal(batch.num_rows if chosen is None else chosen.true_count)
    column = batch.column(total.column)
    if chosen is not None:
        column = column.filter(chosen)
    match total.function:
        case "count":
            return Decimal(len(column) - column.null_count)
        case "sum":
            value = pc.sum(column.cast(pa.decimal128(38, getattr(column.type, "scale", 0)))).as_py()
        case other:
            value = pc.min_max(column)[other].as_py()
    return None if value is None else Decimal(value)


def _holds(test: Test, batch: pa.RecordBatch) -> pa.BooleanArray:
    match test:
        case IsNull(column):
            return pc.is_null(batch.column(column))
        case Compared(column, operator, value):
            cells = batch.column(column)
            return COMPARED[operator](cells, pa.scalar(value, cells.type))
        case Combined("not", (inner,)):
            return pc.invert(_holds(inner, batch))
    join = pc.and_kleene if test.by == "and" else pc.or_kleene
    return reduce(join, (_holds(one, batch) for one in test.tests))


def _comparisons(test: Test | None) -> Iterator[Compared]:
    match test:
        case Compared():
            yield test
        case Combined():
            for one in test.tests:
                yield from _comparisons(one)


def _comparable(test: Compared, kind: pa.DataType) -> bool:
    """Whether the constant is a value of the column's type, so that no engine converts either of them."""
    if not (pa.types.is_string(kind) if isinstance(test.value, str) else _is_number(kind)):
        return False
    try:
        return bool(pa.scalar(test.value, kind).as_py() == test.value)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return False


def _is_number(kind: pa.DataType) -> bool:
    """Whether the type is one of exact numbers."""
    return bool(pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.precision <= _LONGEST))


def _types(schema: Schema) -> dict[str, pa.DataType]:
    return {column.name: arrow(column.type) for column in schema}
