"""What was downloaded or made once is kept in the user's cache folder, which may be emptied at any time."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def cache() -> Path:
    """The folder, which may not be there yet: `mesh_etl` below `XDG_CACHE_HOME`, or below `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mesh_etl"


def written(path: Path, data: bytes) -> None:
    """The file has these bytes, whole or not at all, whoever else writes it at the same time; so has its folder.

    Raises `OSError` with the name of the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{uuid.uuid4().hex}")  # on the same disk, so that it can be renamed
    try:
        aside.write_bytes(data)
        aside.replace(path)
    except OSError as error:
        error.filename = str(path)  # a full disk does not say which file it was
        raise
    finally:
        aside.unlink(missing_ok=True)


def kept(kind: str, made_of: str, make: Callable[[], bytes]) -> bytes:
    """What `make` gives, from the cache where it was made of the same before: `made_of` is a digest of all that.

    A file is called by the SHA-256 of its bytes; one that is not what it is called is made again. Where nothing can be
    written, nothing is kept.
    """
    folder = cache() / kind / made_of
    there = list(folder.glob("[0-9a-f]*"))
    for path in there:
        with suppress(OSError):  # somebody else has found it damaged, and has removed it
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == path.name:
                return data
    data = make()
    with suppress(OSError):  # a cache that is full or read-only costs time and nothing else
        for path in there:
            path.unlink(missing_ok=True)
        written(folder / hashlib.sha256(data).hexdigest(), data)
    return data
