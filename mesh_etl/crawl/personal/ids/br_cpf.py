"""Taxpayer numbers of people in Brazil (CPF).

Source: Receita Federal, Instrução Normativa RFB nº 1548: nine digits and two check digits modulo 11; the same digit
eleven times is none.
"""

from __future__ import annotations

import re


def holds(text: str) -> bool:
    """Whether the text is such a number with the right check digits, plain or as 000.000.000-00."""
    if not re.fullmatch(r"[0-9]{11}|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", text):
        return False
    digits = [int(sign) for sign in text if sign.isdigit()]
    if len(set(digits)) == 1:
        return False
    return all(_check(digits[:count]) == digits[count] for count in (9, 10))


def _check(digits: list[int]) -> int:
    weights = range(len(digits) + 1, 1, -1)
    return sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) * 10 % 11 % 10
