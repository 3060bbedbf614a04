"""Tax codes of people in Italy.

Source: Ministero delle Finanze, decreto 12 marzo 1974: sixteen characters, the last of which is found by adding a value
for each character, one table for odd and one for even places; L M N P Q R S T U V may stand for the digits 0 to 9.
"""

from __future__ import annotations

import re

_DIGIT = "[0-9LMNPQRSTUV]"
_FORM = re.compile(rf"[A-Z]{{6}}{_DIGIT}{{2}}[ABCDEHLMPRST]{_DIGIT}{{2}}[A-Z]{_DIGIT}{{3}}[A-Z]")
_ODD_DIGITS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_ODD_LETTERS = (*_ODD_DIGITS, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (*_ODD_DIGITS, *_ODD_LETTERS), strict=True))


def holds(text: str) -> bool:
    """Whether the text is such a code, in capitals, with the right check character."""
    if not _FORM.fullmatch(text):
        return False
    even = sum(int(sign) if sign.isdigit() else ord(sign) - ord("A") for sign in text[1:15:2])
    odd = sum(_ODD[sign] for sign in text[0:15:2])
    return chr(ord("A") + (even + odd) % 26) == text[15]
