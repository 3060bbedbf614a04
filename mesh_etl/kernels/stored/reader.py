"""What readers of typed files share: batches under the file's own names become records with verdicts and places."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import DataType, Schema
from mesh_etl.errors import Fault, RunError
from mesh_etl.kernels.schema import arrow, arrow_schema
from mesh_etl.kernels.stored.exact import AS_STORED, exact, plain
from mesh_etl.kernels.text.columns import Cut, assemble
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.values.typed import Typed
from mesh_etl.kernels.values.typing import typed
from mesh_etl.kernels.work import Parsed, Place, WorkItem
from mesh_etl.stores import InputFile

_JSON = json.JSONEncoder(default=str, ensure_ascii=False)


@dataclass(frozen=True)
class StoredReader:
    """A reader of typed files by column name; `names` maps a column of the schema to its name in the files.

    Columns that the files do not hold come from the item's constants (partition values), or are NULL. A record's line
    is its number; its raw text is JSON of the columns that are read, under the file's names.
    """

    schema: Schema
    names: Mapping[str, str] = field(default_factory=dict)
    text: TextRules = AS_STORED

    def split(self, file: InputFile) -> list[tuple[int, int]]:
        """See `Reader`."""
        raise NotImplementedError

    def batches(self, item: WorkItem) -> Iterator[tuple[pa.RecordBatch, int]]:
        """The stored columns of the item, with the number of records that another part of the file says are there.

        Raises `RunError`.
        """
        raise NotImplementedError

    def first_line(self, item: WorkItem) -> int:
        """See `Reader`."""
        return 1

    def parse(self, item: WorkItem) -> Iterator[Parsed]:
        """See `Reader`."""
        base = 0
        for batch, read in self.batches(item):
            yield self._parsed(batch, item, base, read)
            base += read

    def locate(self, item: WorkItem, records: Sequence[int]) -> list[Place]:
        """See `Reader`."""
        wanted, found, base = np.asarray(records), dict[int, Place](), 0
        for batch, read in self.batches(item):
            here = wanted[(wanted >= base) & (wanted < base + batch.num_rows)]
            places = _Places(batch, self._constants(item))([int(one) - base for one in here], base + 1)
            found.update(zip(map(int, here), places, strict=True))
            base += read
        return [found[int(record)] for record in records]

    def _parsed(self, batch: pa.RecordBatch, item: WorkItem, base: int, read: int) -> Parsed:
        cut = Cut(pa.table({}), np.arange(batch.num_rows), {}, read)
        places = _Places(batch, self._constants(item))
        return assemble(self._typed(batch, item), cut, base, base, read, lambda: places)

    def _constants(self, item: WorkItem) -> dict[str, str | None]:
        """The columns that the place of the item's file tells."""
        return dict(item.file.constants)

    def _stored_names(self) -> list[str]:
        return [self.names.get(column.name, column.name) for column in self.schema]

    def _typed(self, batch: pa.RecordBatch, item: WorkItem) -> tuple[pa.RecordBatch, list[dict[int, str]]]:
        constants = self._constants(item)
        schema = arrow_schema(self.schema)
        columns: list[pa.Array] = []
        bad: list[dict[int, str]] = []
        for column, name, target in zip(self.schema, self._stored_names(), schema, strict=True):
            verdicts: dict[int, str] = {}
            if column.name in constants:
                found = repeated(constants[column.name], column.type, self.text, batch.num_rows)
                columns.append(found.values)
                verdicts = found.bad
            elif name in batch.schema.names:
                found = exact(batch.column(name), column.type, self.text)
                columns.append(found.values)
                verdicts = found.bad
            else:  # the policy allows that the file lacks it
                columns.append(pa.nulls(batch.num_rows, target.type))
            bad.append(verdicts)
        return pa.RecordBatch.from_arrays(columns, schema=schema), bad


def repeated(text: str | None, type_: DataType, rules: TextRules, rows: int) -> Typed:
    """The value that a path spells, in each row; where it is none of the type, all rows are refused."""
    one = typed(pa.array([text], pa.string()), type_, rules)
    return Typed(pa.repeat(one.values[0], rows), dict.fromkeys(range(rows), one.bad[0]) if one.bad else {})


def constant(text: str | None, type_: DataType) -> pa.Scalar:
    """The value that a partition path spells, as a scalar of the column's type."""
    target = arrow(type_)
    if text is None:
        return pa.scalar(None, target)
    return pc.cast(pa.scalar(text), target)


def ranges(sizes: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """The pieces of a file with these sizes in ranges of about `limit` bytes; one empty range when there are none."""
    cuts, held = [0], 0
    for index, size in enumerate(sizes):
        held += size
        if held >= limit:
            cuts.append(index + 1)
            held = 0
    if cuts[-1] < len(sizes) or not sizes:
        cuts.append(len(sizes))
    return list(pairwise(cuts))


@contextmanager
def undamaged(file: InputFile, format_: str) -> Iterator[None]:
    """What Arrow cannot read in this block is raised as `RunError` FILE_DAMAGED."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError):  # the last for names
        raise damaged(file, f"a part of the file is not {format_}: it is damaged, or encrypted") from None


def damaged(file: InputFile, problem: str) -> RunError:
    """The error for a file that is not what it says of itself."""
    return RunError(Fault("FILE_DAMAGED", problem, file.path, "deliver it again"))


@dataclass(frozen=True)
class _Places:
    """Finds the places of rows of a batch, whose first row has the given line."""

    batch: pa.RecordBatch
    constants: Mapping[str, str | None]

    def __call__(self, rows: Sequence[int], line: int) -> list[Place]:
        cells = [_shown(column.take(pa.array(rows, pa.int64()))) for column in self.batch.columns]
        records = [
            dict(zip(self.batch.schema.names, row, strict=True))
            for row in (zip(*cells, strict=True) if cells else [()] * len(rows))
        ]
        return [
            Place(line + row, _JSON.encode({**self.constants, **record}))
            for row, record in zip(rows, records, strict=True)
        ]


def _shown(column: pa.Array) -> list[Any]:
    """The stored values as JSON can show them, whatever is wrong with them; bytes in base64, a map as pairs."""
    column, kind = plain(column), plain(column).type
    types = pa.types
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        texts = pc.cast(pc.cast(column, pa.string()), pa.binary()).to_pylist()
        return [None if one is None else one.decode("utf-8", "backslashreplace") for one in texts]
    if types.is_struct(kind):
        cells = [_shown(pc.struct_field(column, [index])) for index in range(kind.num_fields)]
        names = [one.name for one in kind]
        rows = zip(*cells, strict=True) if cells else [()] * len(column)
        return [
            dict(zip(names, row, strict=True)) if filled else None
            for row, filled in zip(rows, column.is_valid().to_pylist(), strict=True)
        ]
    if types.is_map(kind):
        entries = pa.struct([pa.field("key", kind.key_type, nullable=False), ("value", kind.item_type)])
        lists = _shown(pc.cast(column, pa.list_(entries)))
        return [one and [[pair["key"], pair["value"]] for pair in one] for one in lists]
    if types.is_nested(kind) and not types.is_union(kind):
        items = iter(_shown(pc.list_flatten(column)))
        lengths = pc.list_value_length(column).to_pylist()
        return [None if length is None else [next(items) for _ in range(length)] for length in lengths]
    if types.is_temporal(kind) and not types.is_duration(kind):
        return list(pc.cast(column, pa.string()).to_pylist())
    cells = column.to_pylist()
    return [base64.b64encode(one).decode() if isinstance(one, bytes) else one for one in cells]
