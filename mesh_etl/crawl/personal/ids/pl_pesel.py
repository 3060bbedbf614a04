"""Identification numbers of Poland (PESEL).

Source: Ustawa o ewidencji ludności (2010), art. 15-16: the date of birth, with the century in the month, four digits of
order and a check digit by the weights 1, 3, 7, 9.
"""

from __future__ import annotations

import re

_FORM = re.compile(r"[0-9]{2}(0[1-9]|1[0-2]|2[1-9]|3[0-2]|4[1-9]|5[0-2]|6[1-9]|7[0-2]|8[1-9]|9[0-2])"
                   r"(0[1-9]|[12][0-9]|3[01])[0-9]{5}")  # fmt: skip
_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)


def holds(text: str) -> bool:
    """Whether the text is such a number with the right check digit."""
    if not _FORM.fullmatch(text):
        return False
    found = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:10], strict=True))
    return -found % 10 == int(text[10])
