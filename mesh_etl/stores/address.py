"""How a ledger remembers where an input was: below the project by its relative path, so that the project can move."""

from __future__ import annotations

import os
from pathlib import Path


def recorded(path: str, root: Path) -> str:
    """The address to remember: relative to the project where the file is below it, else as it is."""
    base = f"{root}{os.sep}"
    return path.removeprefix(base).replace(os.sep, "/") if path.startswith(base) else path


def resolved(address: str, root: Path) -> str:
    """Where a remembered file is now."""
    return address if "://" in address or os.path.isabs(address) else f"{root}{os.sep}{address.replace('/', os.sep)}"
