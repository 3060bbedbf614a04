"""Files that end in a trailer, such as `TRL|000123`: whether it is there says whether the file is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mesh_etl.errors import Fault, RunError


def without_trailer(blocks: Iterable[bytes], trailer: str, path: str) -> Iterator[bytes]:
    """The blocks without the last line of the last one, which begins with `trailer`; blank lines after it go with it.

    Raises `RunError` TRAILER_MISSING.
    """
    held = b""
    for block in blocks:
        if held and block.strip(b"\r\n"):
            yield held
            held = b""
        held += block
    start = held.rstrip(b"\r\n").rfind(b"\n") + 1
    if not held.startswith(trailer.encode(), start):
        fix = "deliver it whole, or change the source's trailer"
        raise RunError(Fault("TRAILER_MISSING", "the last line is not the declared trailer", path, fix))
    if start:
        yield held[:start]
