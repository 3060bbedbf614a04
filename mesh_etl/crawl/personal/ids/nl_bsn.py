"""Citizen service numbers of the Netherlands (burgerservicenummer).

Source: Rijksdienst voor Identiteitsgegevens, "Logisch Ontwerp BSN": nine digits that pass the eleven test: the sum of
the digits times 9, 8, ... 2 and -1 is a multiple of 11.
"""

from __future__ import annotations

import re

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def holds(text: str) -> bool:
    """Whether the text is nine digits that pass the test."""
    if not re.fullmatch(r"[0-9]{9}", text) or text == "000000000":
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=True)) % 11 == 0
