"""Nested values as typed columns: JSON's values, or the texts of a format that has nothing but text.

A column is typed at once, and its items, keys and fields as columns of their own, so that strings, dates and numbers
go through the one grammar of `values/typing.py`. Codes: TYPE_FORMAT, TYPE_OVERFLOW, UNKNOWN_FIELD, DUPLICATE_KEY,
ENCODING, and those of `values/typing.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from types import NoneType
from typing import Any

import numpy as np
import pyarrow as pa

from mesh_etl.contract.types import Array, DataType, Decimal, Map, Simple, Struct
from mesh_etl.kernels.json.text import Number, Refused, decoded
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.values.typed import Typed
from mesh_etl.kernels.values.typing import typed

_INTEGERS = {"tinyint", "smallint", "int", "bigint"}
_STRING = Simple("string")
_END = 10**310


@dataclass(frozen=True)
class Values:
    """How nested values become columns: the spellings of their texts, and what happens to fields that no type has.

    With `all_text` numbers and booleans are texts as well, spelled by the rules; otherwise they are JSON's own.
    """

    rules: TextRules
    extra_ignored: bool = False
    all_text: bool = False

    def column(self, cells: Sequence[Any], type_: DataType) -> Typed:
        """The column of these cells, NULL where one was rejected or is None, with a code for each that was rejected."""
        match type_:
            case Array(item):
                return self._lists(cells, item)
            case Map(key, value):
                return self._maps(cells, key, value)
            case Struct():
                return self._structs(cells, type_)
        kinds, read = self._leaf(type_)
        cells, bad = _of_kind(cells, kinds)
        found = read(cells, type_)
        return Typed(found.values, {**found.bad, **bad})

    def _leaf(self, type_: DataType) -> tuple[set[type], Any]:
        name = type_.name if isinstance(type_, Simple) else ""
        if self.all_text:
            return {str}, self._texts
        if name == "boolean":
            return {bool}, _booleans
        if name in _INTEGERS:
            return {int}, _integers
        if name in ("float", "double") or isinstance(type_, Decimal):
            return {int, Number}, self._numbers
        return {str}, self._texts

    def _texts(self, cells: Sequence[str | None], type_: DataType) -> Typed:
        text, bad = _text(cells)
        found = typed(text, type_, self.rules)
        return Typed(found.values, {**found.bad, **bad})

    def _numbers(self, cells: Sequence[int | Number | None], type_: DataType) -> Typed:
        try:
            texts = [str(cell) if type(cell) is int else cell for cell in cells]
        except ValueError:  # Python writes no integer of thousands of digits
            texts = [_written(cell) if type(cell) is int else cell for cell in cells]
        return typed(pa.array(texts, pa.string()), type_, _NUMBERS)

    def _lists(self, cells: Sequence[Any], item: DataType) -> Typed:
        cells, bad = _of_kind(cells, {list})
        lists = [cell or [] for cell in cells]
        offsets = _offsets(lists)
        inner = self.column(list(chain.from_iterable(lists)), item)
        values = pa.ListArray.from_arrays(pa.array(offsets), inner.values, mask=_mask(cells))
        return Typed(values, {**_parents(inner.bad, offsets), **bad})

    def _maps(self, cells: Sequence[Any], key: DataType, value: DataType) -> Typed:
        cells, bad = _of_kind(cells, {dict})
        bad |= self._bad_keys(cells, key)
        cells = [None if row in bad else cell for row, cell in enumerate(cells)] if bad else cells
        maps = [cell or {} for cell in cells]
        offsets = _offsets(maps)
        keys = self._texts(list(chain.from_iterable(maps)), key)
        inner = self.column(list(chain.from_iterable(one.values() for one in maps)), value)
        places = pa.array(offsets, mask=np.append(_nulls(cells), False))
        values = pa.MapArray.from_arrays(places, keys.values, inner.values)
        return Typed(values, {**_parents(inner.bad, offsets), **bad})

    def _bad_keys(self, cells: Sequence[Any], key: DataType) -> dict[int, str]:
        """Keys are texts in JSON: those that are none of the type, or that are one value in two spellings."""
        maps = [cell or {} for cell in cells]
        offsets = _offsets(maps)
        keys = self._texts(list(chain.from_iterable(maps)), key)
        bad = _parents(keys.bad, offsets)
        if key == _STRING:
            return bad
        found = [str(one) for one in keys.values.to_pylist()]
        for row, (first, last) in enumerate(pairwise(offsets)):
            if len(set(found[first:last])) < last - first:
                bad.setdefault(row, "DUPLICATE_KEY")
        return bad

    def _structs(self, cells: Sequence[Any], type_: Struct) -> Typed:
        cells, bad = _of_kind(cells, {dict})
        known = frozenset(field.name for field in type_.fields)
        if not self.extra_ignored:
            unknown = (row for row, cell in enumerate(cells) if cell is not None and not known.issuperset(cell))
            bad.update(dict.fromkeys(unknown, "UNKNOWN_FIELD"))
        inner: dict[int, str] = {}
        arrays = []
        for field in type_.fields:
            found = self.column([None if cell is None else cell.get(field.name) for cell in cells], field.type)
            inner = {**found.bad, **inner}
            arrays.append(found.values)
        values = pa.StructArray.from_arrays(arrays, fields=list(arrow(type_)), mask=_mask(cells))
        return Typed(values, {**inner, **bad})


def json_cells(text: pa.StringArray, type_: DataType, rules: TextRules) -> Typed:
    """A column of JSON texts as a nested type; NULL stays NULL, and so does a JSON null."""
    cells: list[Any] = []
    bad: dict[int, str] = {}
    for row, cell in enumerate(text.to_pylist()):
        try:
            cells.append(None if cell is None else decoded(cell))
        except Refused as refused:
            cells.append(None)
            bad[row] = refused.code
    found = Values(rules).column(cells, type_)
    return Typed(found.values, {**found.bad, **bad})


def _of_kind(cells: Sequence[Any], kinds: set[type]) -> tuple[Sequence[Any], dict[int, str]]:
    """The cells with None for those that are of other kinds, and a code for each of these."""
    if set(map(type, cells)) - kinds <= {NoneType}:
        return cells, {}
    fits = {*kinds, NoneType}
    bad = {row: "TYPE_FORMAT" for row, cell in enumerate(cells) if type(cell) not in fits}
    return [None if row in bad else cell for row, cell in enumerate(cells)], bad


def _text(cells: Sequence[str | None]) -> tuple[pa.StringArray, dict[int, str]]:
    try:
        return pa.array(cells, pa.string()), {}
    except UnicodeEncodeError:  # a lone surrogate, which JSON can spell and text cannot hold
        bad = {row: "ENCODING" for row, cell in enumerate(cells) if cell is not None and _has_surrogate(cell)}
        return pa.array([None if row in bad else cell for row, cell in enumerate(cells)], pa.string()), bad


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _booleans(cells: Sequence[bool | None], _: DataType) -> Typed:
    return Typed(pa.array(cells, pa.bool_()), {})


def _integers(cells: Sequence[int | None], type_: DataType) -> Typed:
    target = arrow(type_)
    try:
        return Typed(pa.array(cells, target), {})
    except (pa.ArrowInvalid, OverflowError):
        end = 1 << (target.bit_width - 1)
        bad = {row: "TYPE_OVERFLOW" for row, cell in enumerate(cells) if cell is not None and not -end <= cell < end}
        return Typed(pa.array([None if row in bad else cell for row, cell in enumerate(cells)], target), bad)


def _written(number: int) -> str:
    """The digits of a number, or those of another that is out of the range of every type as well."""
    return str(max(-_END, min(number, _END)))


def _offsets(cells: Sequence[Any]) -> np.ndarray:
    return np.concatenate(([0], np.cumsum([len(cell) for cell in cells]))).astype(np.int32)


def _parents(bad: dict[int, str], offsets: np.ndarray) -> dict[int, str]:
    """The rows in which items are bad, each with the code of its first."""
    found: dict[int, str] = {}
    for item in sorted(bad):
        found.setdefault(int(np.searchsorted(offsets, item, side="right")) - 1, bad[item])
    return found


def _nulls(cells: Iterable[Any]) -> np.ndarray:
    return np.fromiter((cell is None for cell in cells), bool)


def _mask(cells: Iterable[Any]) -> pa.BooleanArray:
    return pa.array(_nulls(cells))


_NUMBERS = TextRules()
_NUMBERS = replace(_NUMBERS, numbers=replace(_NUMBERS.numbers, exponent=True))
