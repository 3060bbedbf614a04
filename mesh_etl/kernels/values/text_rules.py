"""What a source declares about its text; everything that is not declared is rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Numerals:
    """How numbers are written; by default as `-1234.5`, with an exponent for floats alone.

    `grouping` stands between groups of three digits, in all of them or none. `leading_zeros`, `plus` and `exponent`
    also allow `007`, `+7` and, for integers and decimals, `7e3`. NaN and the infinities are no numbers unless words for
    them are declared.
    """

    decimal: str = "."
    grouping: str = ""
    leading_zeros: bool = False
    plus: bool = False
    exponent: bool = False
    nan: tuple[str, ...] = ()
    infinity: tuple[str, ...] = ()
    negative_infinity: tuple[str, ...] = ()


PLAIN_NUMBERS = Numerals()


@dataclass(frozen=True)
class TextRules:
    """The spellings that a source declares: words for true and false, the zone of clocks, numbers, dates, characters.

    `dates` and `timestamps` are formats in the letters of `moment_format.py`; without one, ISO 8601 is read. `nfc`
    refuses text in another Unicode normal form, `control` allows control characters.
    """

    true: tuple[str, ...] = ("true",)
    false: tuple[str, ...] = ("false",)
    timezone: str | None = None
    numbers: Numerals = PLAIN_NUMBERS
    dates: tuple[str, ...] = ()
    timestamps: tuple[str, ...] = ()
    binary: Literal["base64", "hex"] = "base64"
    nfc: bool = True
    control: bool = False


PLAIN_TEXT = TextRules()
