"""From declared spellings to the plain ones: `1.234,50` to `1234.5`, `31.12.2024` to `2024-12-31`.

A cell that is not spelled as declared becomes NULL and is told apart. Everything works on whole columns, except that
exponents of integers and decimals, which have to be declared, are shifted cell by cell.
"""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_etl.kernels.values.moment_format import MONTHS, MomentFormat, moment_format
from mesh_etl.kernels.values.text_rules import Numerals
from mesh_etl.kernels.values.typed import mask, misshapen, without

_BEYOND = 400  # digits that no number type has


def plain_numbers(
    text: pa.StringArray, numbers: Numerals, fraction: bool, floats: bool = False
) -> tuple[pa.StringArray, np.ndarray]:
    """The numbers as `-?digits(.digits)?`, and which cells are none.

    There are no leading zeros; `floats` keep their exponents.
    """
    shapeless = misshapen(text, _grammar(numbers, fraction, floats))
    cells = without(text, shapeless)
    if numbers.grouping:
        cells = pc.replace_substring(cells, numbers.grouping, "")
    if numbers.decimal != ".":
        cells = pc.replace_substring(cells, numbers.decimal, ".")
    if numbers.plus:
        cells = pc.ascii_ltrim(cells, "+")
    if numbers.leading_zeros:
        cells = pc.replace_substring_regex(cells, "^(-?)0+([0-9])", r"\1\2")
    if floats:
        return cells, shapeless
    if numbers.exponent:
        cells = _without_exponents(cells)
    if numbers.exponent and not fraction:
        parts = mask(pc.match_substring(cells, "."))
        return without(cells, parts), shapeless | parts
    return cells, shapeless


def shortest(cells: pa.StringArray) -> pa.StringArray:
    """The plain numbers without zeros at the end of their fractions."""
    cells = pc.replace_substring_regex(cells, r"\.0+$", "")
    return pc.replace_substring_regex(cells, r"(\.[0-9]*[1-9])0+$", r"\1")


def iso_moments(
    text: pa.StringArray, formats: tuple[str, ...], kind: Literal["date", "timestamp"]
) -> tuple[pa.StringArray, np.ndarray]:
    """The moments as ISO 8601 text, and which cells have none of the formats, or two that read them differently."""
    found = pa.nulls(len(text), pa.string())
    clash = np.zeros(len(text), bool)
    for declared in formats:
        cells = _iso(text, moment_format(declared, kind))
        clash |= mask(pc.not_equal(found, cells))
        found = pc.coalesce(found, cells)
    shapeless = clash | mask(pc.and_(pc.is_valid(text), pc.is_null(found)))
    return without(found, clash), shapeless


def _grammar(numbers: Numerals, fraction: bool, floats: bool) -> str:
    sign = "[+-]?" if numbers.plus else "-?"
    first, digits = ("[0-9]", "[0-9]+") if numbers.leading_zeros else ("[1-9]", "0|[1-9][0-9]*")
    if numbers.grouping:
        digits += f"|{first}[0-9]{{0,2}}(?:{re.escape(numbers.grouping)}[0-9]{{3}})+"
    part = rf"(?:{re.escape(numbers.decimal)}[0-9]+)?" if fraction or numbers.exponent else ""
    exponent = "(?:[eE][+-]?[0-9]+)?" if floats or numbers.exponent else ""
    if not fraction and numbers.exponent:  # an integer has a fraction only to move it away: 1.5e3, never 1.0
        return rf"^{sign}(?:{digits})(?:{part}[eE][+-]?[0-9]+)?$"
    return rf"^{sign}(?:{digits}){part}{exponent}$"


def _without_exponents(cells: pa.StringArray) -> pa.StringArray:
    rows = pc.fill_null(pc.match_substring(cells, "e", ignore_case=True), False)
    return pc.replace_with_mask(cells, rows, pa.array(map(_shifted, cells.filter(rows).to_pylist()), pa.string()))


def _shifted(cell: str) -> str:
    """The number without its exponent, exactly; one that no type can hold as a shorter one that no type can hold."""
    mantissa, _, exponent = cell.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, part = mantissa.removeprefix("-").partition(".")
    digits = (whole + part).lstrip("0")
    shift = int(exponent) if len(exponent) < 10 else int(exponent.lstrip("+-0")[:9] or 0) * (-1) ** ("-" in exponent)
    point = len(digits) - len(part) + shift
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    if point > _BEYOND:
        return sign + "1" * _BEYOND
    if point <= 0:
        return f"{sign}0.{'0' * min(-point, _BEYOND)}{digits}"
    return f"{sign}{digits[:point].ljust(point, '0')}.{digits[point:]}".rstrip(".")


def _iso(text: pa.StringArray, declared: MomentFormat) -> pa.StringArray:
    fields = pc.extract_regex(text, declared.regex)

    def two(part: str) -> pa.StringArray:
        return pc.ascii_lpad(_field(fields, part), 2, "0")

    month = two("month")
    if "MMM" in declared.letters:
        numbers = pa.array([f"{number:02}" for number in range(1, 13)])
        month = numbers.take(pc.index_in(month, pa.array(MONTHS)))
    pieces = [_field(fields, "year"), "-", month, "-", two("day")]
    if "hour" in declared.parts:
        pieces += ["T", two("hour"), ":", _field(fields, "minute"), ":"]
        pieces += [_field(fields, "second")] if "second" in declared.parts else ["00"]
    if "fraction" in declared.parts:
        pieces += [".", pc.utf8_slice_codeunits(_field(fields, "fraction"), 0, 6)]
    if "offset" in declared.parts:
        pieces.append(_with_colon(_field(fields, "offset")))
    return pc.binary_join_element_wise(*pieces, "")


def _field(fields: pa.StructArray, part: str) -> pa.StringArray:
    """A part of the cells, NULL where the format does not match."""
    return pc.struct_field(fields, part)


def _with_colon(offsets: pa.StringArray) -> pa.StringArray:
    hours = pc.replace_substring_regex(offsets, "^([+-][0-9]{2})$", r"\1:00")
    return pc.replace_substring_regex(hours, "^([+-][0-9]{2})([0-9]{2})$", r"\1:\2")
