"""The tightest type that holds every cell of a text column, and how far the next tighter one came."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_etl.contract.types import DataType, Decimal, Simple
from mesh_etl.crawl.distinct import Distinct, Fit
from mesh_etl.kernels.values.text_rules import Numerals, TextRules

STRING = Simple("string")
_BOUNDED = (Simple("int"), Simple("bigint"), Decimal(38, 0))
_FLOAT_DIGITS = 17  # a double that is written in full has so many; text with more would be rounded


@dataclass(frozen=True)
class Verdict:
    """The type of a column, and the fit of the tighter type that nearly held it."""

    type: DataType
    nearly: Fit | None = None
    time: bool = False


def climb(column: Distinct, rules: TextRules) -> Verdict:
    """The first type of the ladder that holds all cells; text where none does."""
    if not len(column.values):
        return Verdict(STRING)
    nearly: Fit | None = None
    for kind in candidates(column, rules):
        fit = column.fit(kind, rules)
        if fit.whole:
            return Verdict(kind, nearly)
        if fit.fitting * 2 > fit.cells and (nearly is None or fit.fitting > nearly.fitting):
            nearly = fit
    return Verdict(STRING, nearly, time=column.shaped(r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$"))


def candidates(column: Distinct, rules: TextRules) -> list[DataType]:
    """Types from tight to wide; int is the narrowest of the whole numbers, as narrower ones save nothing in Parquet."""
    found: list[DataType] = []
    if len(column.values) <= 2 and column.words <= {*rules.true, *rules.false}:
        found.append(Simple("boolean"))
    found += _BOUNDED
    fixed = _fixed(column, rules.numbers)
    if fixed:
        found.append(fixed)
    elif _fit_a_double(column, rules.numbers):
        found.append(Simple("double"))
    return [*found, Simple("date"), Simple("timestamp"), Simple("timestamp_ntz")]


def _fixed(column: Distinct, numbers: Numerals) -> DataType | None:
    """A decimal, where all cells have as many fraction digits, as amounts have, or more than a double keeps."""
    import re

    import pyarrow.compute as pc

    mark, group = re.escape(numbers.decimal), re.escape(numbers.grouping)
    form = rf"^[+-]?(?P<whole>[0-9{group}]+)(?:{mark}(?P<part>[0-9]+))?$"
    parts = pc.extract_regex(column.values, form)
    if parts.null_count:
        return None
    whole = pc.replace_substring(parts.field("whole"), numbers.grouping, "") if group else parts.field("whole")
    scales = pc.min_max(pc.binary_length(parts.field("part"))).as_py()
    wide = pc.max(pc.binary_length(whole)).as_py() + scales["max"]
    if not 0 < scales["max"] <= 18 or wide > 38:
        return None
    if scales["min"] == scales["max"]:
        return Decimal(18 if wide <= 16 else 38, scales["max"])
    digits = pc.binary_length(pc.utf8_ltrim(pc.binary_join_element_wise(whole, parts.field("part"), ""), "0"))
    return Decimal(38, scales["max"]) if pc.max(digits).as_py() > _FLOAT_DIGITS else None


def _fit_a_double(column: Distinct, numbers: Numerals) -> bool:
    """Whether no cell that is written in full has more digits than a double keeps."""
    import re

    import pyarrow.compute as pc

    full = column.values.filter(pc.invert(pc.match_substring_regex(column.values, "[eE]")))
    marks = "".join(map(re.escape, filter(None, (numbers.decimal, numbers.grouping))))
    digits = pc.utf8_ltrim(pc.replace_substring_regex(full, rf"[-+{marks}]", ""), "0")
    return (pc.max(pc.binary_length(digits)).as_py() or 0) <= _FLOAT_DIGITS
