"""Identity numbers of Spain: the DNI of citizens and the NIE of foreigners.

Source: Ministerio del Interior, "Cálculo del dígito de control del NIF/NIE": the letter is found by the rest of the
number divided by 23; X, Y and Z at the beginning of a NIE count as 0, 1 and 2.
"""

from __future__ import annotations

import re

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def holds(text: str) -> bool:
    """Whether the text is a DNI or a NIE with the right letter, with or without a hyphen before it."""
    match = re.fullmatch(r"([XYZ]?)-?([0-9]{7,8})-?([A-Z])", text)
    if not match or len(match[1]) + len(match[2]) != 8:
        return False
    number = int(str("XYZ".index(match[1])) + match[2]) if match[1] else int(match[2])
    return _LETTERS[number % 23] == match[3]
