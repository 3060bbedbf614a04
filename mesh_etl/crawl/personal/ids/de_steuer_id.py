"""Tax identification numbers of Germany.

Source: Bundeszentralamt für Steuern, "Aufbau der Identifikationsnummer": eleven digits, no leading zero; among
the first ten exactly one digit stands twice or three times; the last is a check digit by ISO 7064, MOD 11,10.
"""

from __future__ import annotations

import re
from collections import Counter


def holds(text: str) -> bool:
    """Whether the text is such a number with the right check digit."""
    if not re.fullmatch(r"[1-9][0-9]{10}", text):
        return False
    repeated = [count for count in Counter(text[:10]).values() if count > 1]
    if len(repeated) != 1 or repeated[0] > 3:
        return False
    rest = 10
    for digit in text[:10]:
        rest = (int(digit) + rest) % 10 or 10
        rest = rest * 2 % 11
    return (11 - rest) % 10 == int(text[10])
