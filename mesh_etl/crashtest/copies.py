"""Copies of a project, from which a trial begins anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_LINKED = 64 << 10  # bytes from which a file is not worth a copy
_CHANGED_IN_PLACE = (".sqlite", ".db", "-wal", "-shm", "-journal")
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", "node_modules", ".hypothesis", ".*_cache")


def copied(source: Path, target: Path) -> None:
    """The target is a copy of the project, whatever was there; what is large is linked.

    Times stay, because inputs are known by them.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=_LEFT_OUT, copy_function=_copy, symlinks=True)


def _copy(source: str, target: str) -> None:
    large = os.path.getsize(source) >= _LINKED and not source.endswith(_CHANGED_IN_PLACE)
    if large:
        try:
            os.link(source, target)
            return
        except OSError:  # another device, or too many links
            pass
    shutil.copy2(source, target)
