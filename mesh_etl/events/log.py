"""The events that this machine has told, a line of JSON each, below the project's home: `.mesh/events.jsonl`."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mesh_etl.events.model import AnyEvent

FILE = "events.jsonl"
_PAUSE_SECONDS = 0.5


def write(home: Path, events: Sequence[AnyEvent]) -> None:
    """The events stand at the end of the log. Raises `OSError`."""
    lines = (json.dumps({"type": type(one).__name__, **one.model_dump(mode="json")}) + "\n" for one in events)
    home.mkdir(parents=True, exist_ok=True)
    log = os.open(home / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.fstat(log).st_size
        cut = size and os.pread(log, 1, size - 1) != b"\n"  # somebody died in the midst of a line
        # In one call: what several processes append does not mix.
        os.write(log, ("\n" * bool(cut) + "".join(lines)).encode())
    finally:
        os.close(log)


def logged(home: Path) -> Iterator[dict[str, Any]]:
    """The events of the log, oldest first; a line that a crash cut off is passed over."""
    yield from _events(_read(home, 0)[0])


def followed(home: Path) -> Iterator[dict[str, Any]]:
    """The events that come to the log from now on, as they come; it never ends."""
    seen = (home / FILE).stat().st_size if (home / FILE).exists() else 0
    while True:
        lines, seen = _read(home, seen)
        yield from _events(lines)
        time.sleep(_PAUSE_SECONDS)


def _read(home: Path, start: int) -> tuple[list[bytes], int]:
    """The whole lines from a place in the log on, and the place after them."""
    if not (home / FILE).exists():
        return [], start
    with (home / FILE).open("rb") as log:
        log.seek(start)
        whole, end, _ = log.read().rpartition(b"\n")
    return whole.splitlines(), start + len(whole) + len(end)


def _events(lines: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found
