"""Words as they are compared: in lower case, in pieces, without the endings of English."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECE = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDINGS = (("sses", "ss"), ("ies", "y"), ("ss", "ss"), ("us", "us"), ("is", "is"), ("s", ""))
_LONGEST = 2_000  # characters of a text that are looked at


def stems(text: str) -> tuple[str, ...]:
    """The words of a text; of a name such as `orderKey` or `order_key` these are `order` and `key`."""
    return tuple(dict.fromkeys(stem(piece) for piece in _PIECE.findall(_HUMP.sub(" ", text[:_LONGEST]))))


def of_name(text: str) -> tuple[str, ...]:
    """The words of a name, and all of it as one word: somebody may ask for `orderkey`."""
    whole = "".join(_PIECE.findall(text)).lower()
    return tuple(dict.fromkeys((*stems(text), stem(whole))))


@lru_cache(20_000)
def stem(word: str) -> str:
    """The word in lower case without its ending; short words stay whole."""
    found = word.lower()
    if len(found) > 3:
        for ending, instead in _ENDINGS:
            if found.endswith(ending):
                found = found[: len(found) - len(ending)] + instead
                break
    for ending in ("ing", "ed"):
        if found.endswith(ending) and len(found) - len(ending) >= 4:
            return found[: -len(ending)]
    return found
