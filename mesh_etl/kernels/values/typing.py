"""Text to typed columns by one strict grammar: a cell is exactly a value of the type, or it is rejected with a code.

Nothing is trimmed, rounded, guessed or read by locale; `text_rules.py` says what a source can declare. The usual case
costs one pass over the bytes and Arrow's own cast, which is exact; only a column that fails it is looked at again.
Codes: those of `numbers.py`, `moments.py`, `binary.py`, `characters.py`, and for arrays, maps and
structs, whose text is JSON, of `json/text.py` and `json/values.py`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.contract.types import DataType, Decimal, Simple, Varchar
from mesh_etl.kernels.schema import arrow
from mesh_etl.kernels.values.binary import from_base64, from_hex
from mesh_etl.kernels.values.characters import unfit_cells
from mesh_etl.kernels.values.moments import dates, timestamps
from mesh_etl.kernels.values.numbers import decimals, floats, integers
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.values.typed import Typed, coded, mask, without


def typed(text: pa.StringArray, type_: DataType, rules: TextRules) -> Typed:
    """The column with every cell typed exactly or rejected; NULL stays NULL."""
    match type_:
        case Varchar() | Simple("string"):
            return _string(text, rules)
        case Decimal():
            return decimals(text, arrow(type_), rules.numbers)
        case Simple("tinyint" | "smallint" | "int" | "bigint"):
            return integers(text, arrow(type_), rules.numbers)
        case Simple("float" | "double"):
            return floats(text, arrow(type_), rules.numbers)
        case Simple("boolean"):
            return _boolean(text, rules)
        case Simple("date"):
            return dates(text, rules)
        case Simple("timestamp" | "timestamp_ntz"):
            return timestamps(text, type_.name == "timestamp", rules)
        case Simple("binary"):
            return from_hex(text) if rules.binary == "hex" else from_base64(text)
    return _nested(text, type_, rules)


def _string(text: pa.StringArray, rules: TextRules) -> Typed:
    bad = unfit_cells(text, rules)
    if not bad:
        return Typed(text)
    rows = np.zeros(len(text), bool)
    rows[list(bad)] = True
    return Typed(without(text, rows), bad)


def _boolean(text: pa.StringArray, rules: TextRules) -> Typed:
    true = pc.is_in(text, pa.array(rules.true, pa.string()))
    known = pc.or_(true, pc.is_in(text, pa.array(rules.false, pa.string())))
    values = pc.if_else(known, true, pa.scalar(None, pa.bool_()))
    if values.null_count == text.null_count:
        return Typed(values)
    return Typed(values, coded("TYPE_FORMAT", mask(pc.and_(pc.is_valid(text), pc.invert(known)))))


def _nested(text: pa.StringArray, type_: DataType, rules: TextRules) -> Typed:
    """Arrays, maps and structs are written as JSON; its null is no declared spelling of NULL."""
    from mesh_etl.kernels.json.values import json_cells  # the items of nested values are typed here again

    found = json_cells(text, type_, rules)
    null = mask(pc.and_(pc.is_valid(text), pc.is_null(found.values)))
    return Typed(found.values, coded("TYPE_FORMAT", null) | found.bad)
