"""The one shape that all texts of a column have, as a pattern: `AB-123` and `XY-789` make `^[A-Z]{2}-[0-9]{3}$`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

LOOKED_AT = 200
FEWEST = 20
TOKENS = 12
_RUN = re.compile(r"[A-Z]+|[a-z]+|[0-9]+|.", re.DOTALL)
_CLASSES = {"A": "[A-Z]", "a": "[a-z]", "9": "[0-9]"}
_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def pattern_of(values: pa.StringArray) -> str | None:
    """An RE2 pattern that every one of the different values matches, or None where they have no shape in common.

    The pattern holds no letter or digit of any value, only their classes and how many there are. Texts of letters alone
    have no shape that is worth a rule.
    """
    if len(values) < FEWEST:
        return None
    if _matches(values, _UUID):
        return _UUID
    shapes = [_shape(text) for text in values[:LOOKED_AT].to_pylist()]
    kinds = {tuple(kind for kind, _ in shape) for shape in shapes}
    if len(kinds) != 1 or len(shapes[0]) > TOKENS:
        return None
    (kind,) = kinds
    if "9" not in kind or any(not one.isascii() or not one.isprintable() for one in kind):
        return None
    if kind == ("9",) and len({shape[0][1] for shape in shapes}) > 1:
        return None  # digits of any length
    found = "^" + "".join(_part(one, {shape[i][1] for shape in shapes}) for i, one in enumerate(kind)) + "$"
    return found if _matches(values, found) else None


def _shape(text: str) -> list[tuple[str, int]]:
    found = []
    for run in _RUN.findall(text):
        kind = "A" if "A" <= run[0] <= "Z" else "a" if "a" <= run[0] <= "z" else "9" if "0" <= run[0] <= "9" else run
        found.append((kind, len(run)))
    return found


def _part(kind: str, lengths: set[int]) -> str:
    if kind not in _CLASSES:
        return f"\\{kind}" if kind in ".^$*+?()[]{}|\\" else kind
    if len(lengths) > 1:
        return f"{_CLASSES[kind]}+"
    (length,) = lengths
    return _CLASSES[kind] if length == 1 else f"{_CLASSES[kind]}{{{length}}}"


def _matches(values: pa.StringArray, pattern: str) -> bool:
    import pyarrow.compute as pc

    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())
