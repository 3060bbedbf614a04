"""Which names a pattern means, wherever the files are: as in Python's `glob`, so that a path moves between stores."""

from __future__ import annotations

import re
from collections.abc import Callable

_MAGIC = re.compile(r"[*?[]")


def is_pattern(path: str) -> bool:
    """Whether the path holds a character of patterns."""
    return _MAGIC.search(path) is not None


def is_hidden(path: str) -> bool:
    """Whether the file is none of the data of its folder, by its name."""
    return path.rpartition("/")[2].startswith((".", "_"))


def matcher(pattern: str) -> tuple[str, Callable[[str], bool]]:
    """The text that all names of the pattern begin with, and the test of a name.

    `*`, `?` and `[a-z]` stay within a folder, `**/` is any number of folders; what begins with a dot is meant only by
    a pattern that begins with one, and files whose names begin with `_` are left out.
    """
    magic = _MAGIC.search(pattern)
    fixed = pattern[: magic.start()] if magic else pattern
    parts = pattern.split("/")
    expression = "".join(r"(?:[^/.][^/]*/)*" if part == "**" else _part(part) + "/" for part in parts[:-1]) + (
        r"(?:[^/.][^/]*/)*[^/.][^/]*" if parts[-1] == "**" else _part(parts[-1])
    )
    wanted = re.compile(expression, re.DOTALL)
    return fixed, lambda name: wanted.fullmatch(name) is not None and not name.rpartition("/")[2].startswith("_")


def _part(part: str) -> str:
    """The regular expression of a name in a pattern."""
    found = r"(?!\.)" if _MAGIC.match(part) else ""
    for piece in re.split(r"(\*+|\?|\[!?\]?[^]]*\])", part):
        if piece.startswith("*"):
            found += "[^/]*"
        elif piece == "?":
            found += "[^/]"
        elif len(piece) > 2 and piece.startswith("[") and piece.endswith("]"):
            negated = piece.startswith("[!")
            inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", piece[2 if negated else 1 : -1])
            found += f"(?!/)[{'^' if negated else ''}{inside}]"
        else:
            found += re.escape(piece)
    return found
