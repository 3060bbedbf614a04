"""Numbers of people's money: bank accounts and payment cards."""

from __future__ import annotations

import re

from mesh_etl.crawl.personal.base import Kind, words

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
# Ranges of the schemes, ISO/IEC 7812-1: American Express, Diners, JCB, Visa, Mastercard, Discover, Maestro, UnionPay.
_CARD = re.compile(r"3[4-7][0-9]{12,13}|3[08][0-9]{12,17}|35[0-9]{14,17}|4[0-9]{12}(?:[0-9]{3}){0,2}|"
                   r"(?:5[1-5]|2[2-7])[0-9]{14}|6[0-9]{12,18}|5[068][0-9]{10,17}")  # fmt: skip


def iban(text: str) -> bool:
    """Whether the text is an IBAN by ISO 13616: the check digits make its number 1 modulo 97 (ISO 7064)."""
    plain = text.replace(" ", "")
    if not _IBAN.fullmatch(plain):
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def card(text: str) -> bool:
    """Whether the text is a card number by ISO/IEC 7812-1: of a known scheme, with the check digit of Luhn."""
    plain = re.sub(r"[ -]", "", text)
    if not _CARD.fullmatch(plain):
        return False
    digits = [int(sign) for sign in reversed(plain)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


IBAN = Kind("IBAN", iban, words("iban", "account", "bank_?account", "konto"), 0.01, "restricted")
CARD = Kind(
    "payment card number", card, words("cards?", "card_?(?:no|number)", "cc", "pan", "credit_?card"), 0.1, "restricted"
)
