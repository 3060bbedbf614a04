"""Names of columns that a contract may have, made of the names that a file has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 120


def column_names(originals: Sequence[str]) -> tuple[str, ...]:
    """A name for each original: lower case, digits and `_`, each once; `column_<n>` where nothing is left of it."""
    taken: dict[str, None] = {}
    for number, original in enumerate(originals, start=1):
        name, copy = snake(original) or f"column_{number}", 1
        while (name if copy == 1 else f"{name}_{copy}") in taken:
            copy += 1
        taken[name if copy == 1 else f"{name}_{copy}"] = None
    return tuple(taken)


def snake(original: str) -> str:
    """The name in snake case, accents taken off: `accountNo` and `Account No` are `account_no`, `Größe` is `grosse`."""
    plain = unicodedata.normalize("NFKD", original.replace("ß", "ss"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", words).lower()
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")[:LONGEST].rstrip("_")
    if original.startswith("_") and name:
        name = "_" + name
    if name[:1].isdigit() or name.startswith("_mesh"):
        name = f"c_{name.lstrip('_')}"
    return name
