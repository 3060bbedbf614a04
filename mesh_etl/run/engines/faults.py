"""Carries the faults of a kernel from a worker to the driver inside the text of the engine's own error.

An engine passes on nothing but text, so faults travel as base64 JSON between two marks. They hold no cell values
(see `errors.py`); whatever else an engine's text says may hold some and is never shown.
"""

from __future__ import annotations

import base64
import errno
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from mesh_etl.errors import Fault, MeshError, RunError

_MARK = re.compile(r"mesh-fault<([A-Za-z0-9+/=]+)>")


class Carrier(RuntimeError):
    """The error that a worker raises in place of a `MeshError`; its text is the packed faults."""


@contextmanager
def carried() -> Iterator[None]:
    """Faults raised inside reach the driver, wherever the worker runs; those of the operating system as well."""
    try:
        yield
    except MeshError as error:
        raise Carrier(pack(error.faults, error.retryable)) from None
    except OSError as error:
        raise Carrier(pack((of_system(error),), retryable=False)) from None


def of_system(error: OSError) -> Fault:
    """The fault for an error of the operating system: a full disk and a read-only one have their own codes."""
    known = {errno.ENOSPC: "DISK_FULL", errno.EDQUOT: "DISK_FULL", errno.EROFS: "READ_ONLY", errno.EACCES: "NO_ACCESS"}
    code = known.get(error.errno or 0, "IO_FAILED")
    fix = {
        "DISK_FULL": "free some space and run again; nothing was published",
        "READ_ONLY": "name a folder on a disk that can be written to",
        "NO_ACCESS": "let whoever runs this read and write there",
    }.get(code, "see to the disk, and run again")
    return Fault(code, error.strerror or type(error).__name__, str(error.filename or ""), fix)


def pack(faults: tuple[Fault, ...], retryable: bool) -> str:
    """The faults, and whether another attempt may help, as one word that survives any log formatter."""
    text = json.dumps({"faults": [asdict(fault) for fault in faults], "retryable": retryable})
    return f"mesh-fault<{base64.b64encode(text.encode()).decode()}>"


def unpack(text: str) -> RunError | None:
    """The error whose faults `text` carries, or None for none: a cell may merely look like the mark."""
    found = _MARK.search(text)
    if not found:
        return None
    try:
        carried = json.loads(base64.b64decode(found[1]))
        return RunError(*(Fault(**fault) for fault in carried["faults"]), retryable=carried["retryable"])
    except (ValueError, LookupError, TypeError):
        return None
