"""Social security numbers of France (numéro d'inscription au répertoire).

Source: INSEE, décret n° 82-103: sex, year, month, department (2A and 2B for Corsica), commune, order, and a key of two
digits, 97 less the rest of the number divided by 97; for the key 2A counts as 19 and 2B as 18.
"""

from __future__ import annotations

import re

_FORM = re.compile(r"[1-478][0-9]{2}(0[1-9]|1[0-2]|[2-9][0-9])([0-9]{2}|2[AB])[0-9]{6}([0-9]{2})")


def holds(text: str) -> bool:
    """Whether the text is such a number with the right key, with or without spaces."""
    plain = text.replace(" ", "")
    match = _FORM.fullmatch(plain)
    if not match:
        return False
    number = int(plain[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(match[3])
