"""How the spilled batches are shared out among the tasks that encode them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Ledger

Values = tuple[str | None, ...]
Pieces = tuple[tuple[str, tuple[int, ...]], ...]

_SMALLEST = 4  # a share may have so much less than it should, that all cores have one


@dataclass(frozen=True)
class Share:
    """What one task encodes: batches of one partition, by spill file in the order of the input, and their bytes."""

    values: Values
    pieces: Pieces
    bytes: int


def shares(manifests: Sequence[dict[str, Any]], target_bytes: int, expansion: float, cores: int) -> list[Share]:
    """The work of encoding: each partition's batches in shares of equal size, each of which fills about one file.

    `expansion` are the bytes in memory that make a byte of a file. Shares are smaller, down to a quarter, where cores
    would be idle otherwise.
    """
    segments: dict[Values, list[tuple[str, int, int]]] = {}
    for manifest in manifests:
        for one in manifest["segments"]:
            segments.setdefault(tuple(one["values"]), []).append((manifest["spill"], one["batch"], one["bytes"]))
    sizes = {values: sum(size for _, _, size in group) for values, group in segments.items()}
    full = max(1, int(target_bytes * expansion))
    enough = max(full // _SMALLEST, min(full, -(-sum(sizes.values()) // cores)), 1)
    found = [one for values, group in segments.items() for one in _even(values, group, round(sizes[values] / enough))]
    return sorted(found, key=lambda one: str(one.values))


def _even(values: Values, segments: Sequence[tuple[str, int, int]], number: int) -> Iterator[Share]:
    """The segments in so many shares, as equal as whole segments make them; their order stays."""
    each = sum(size for _, _, size in segments) / max(1, number)
    groups: dict[int, list[tuple[str, int, int]]] = {}
    before = 0
    for one in segments:
        middle = before + one[2] / 2
        groups.setdefault(int(middle / each) if each else 0, []).append(one)
        before += one[2]
    for group in groups.values():
        pieces: dict[str, list[int]] = {}
        for spill, batch, _ in group:
            pieces.setdefault(spill, []).append(batch)
        whole = tuple((spill, tuple(batches)) for spill, batches in pieces.items())
        yield Share(values, whole, sum(size for _, _, size in group))


def remove_strays(ledger: Ledger, txn: str, known: Collection[str]) -> None:
    """Only the known files are left of the transaction: those of attempts that an engine repeated are gone."""
    layout, storage = ledger.layout, ledger.storage
    for one in list(storage.walk(layout.data(txn))):
        if layout.relative(one.path) not in known:
            storage.remove(one.path)
