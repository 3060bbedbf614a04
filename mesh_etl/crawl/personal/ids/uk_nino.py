"""National Insurance numbers of the United Kingdom.

Source: HM Revenue & Customs, National Insurance Manual NIM39110: two letters (not D, F, I, Q, U, V; O not second; some
pairs never), six digits, and a suffix A to D. There is no check digit.
"""

from __future__ import annotations

import re

_FORM = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D]")


def holds(text: str) -> bool:
    """Whether the text has the form of such a number, with or without spaces between the groups."""
    return bool(_FORM.fullmatch(text.replace(" ", "")))
