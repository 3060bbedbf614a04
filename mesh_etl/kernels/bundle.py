"""Many small work items as one task, so that a thousand small files cost little more than a few large ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mesh_etl.kernels.work import BundleReader, Parsed, Reader, WorkItem

Bundle = tuple[WorkItem, ...]

BUNDLE_BYTES = 32 << 20
SMALLEST = 1 << 20


def bundled(items: Sequence[WorkItem], tasks: int) -> list[Bundle]:
    """The items in order, consecutive ones of one input together: about `tasks` bundles, fewer for little data.

    A bundle holds up to 32 MB of files, or one item that is larger.
    """
    pieces = Counter((item.input, item.file.path) for item in items)
    sizes = [item.file.size // pieces[item.input, item.file.path] for item in items]
    limit = min(BUNDLE_BYTES, max(SMALLEST, sum(sizes) // max(tasks, 1)))
    found: list[list[WorkItem]] = []
    room = 0
    for item, size in zip(items, sizes, strict=True):
        if not found or size > room or found[-1][-1].input != item.input:
            found.append([])
            room = limit
        found[-1].append(item)
        room -= size
    return [tuple(one) for one in found]


def parsed(reader: Reader, bundle: Bundle) -> Iterator[Parsed]:
    """All records of the bundle's items, in order, with the shares that each item has of them."""
    if len(bundle) > 1 and isinstance(reader, BundleReader):
        yield from reader.bundles(bundle)
        return
    for item in bundle:
        for one in reader.parse(item):
            yield one.of(item)
