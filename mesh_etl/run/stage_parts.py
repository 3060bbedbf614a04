"""How the spilled batches are shared out among the tasks that encode them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Ledger

Values = tuple[str | None, ...]
Pieces = tuple[tuple[str, tuple[int, ...]], ...]

# Arrow data is several times larger than Parquet: a share of four target sizes fills a file or a little less.
_EXPANSION = 4
_SMALLEST = 4  # a share may have so much less, that all cores have one


def shares(manifests: Sequence[dict[str, Any]], target_bytes: int, cores: int) -> list[tuple[Values, Pieces]]:
    """The work of encoding: for each share its partition, and the batches by spill file, in the order of the input.

    A share fills a file of the target size, or down to a quarter of one where cores would be idle otherwise.
    """
    total = sum(segment["bytes"] for manifest in manifests for segment in manifest["segments"])
    full = target_bytes * _EXPANSION
    enough = max(full // _SMALLEST, min(full, -(-total // cores)))
    open_shares: dict[Values, tuple[dict[str, list[int]], int]] = {}
    done: list[tuple[Values, Pieces]] = []
    for manifest in manifests:
        for segment in manifest["segments"]:
            values = tuple(segment["values"])
            pieces, size = open_shares.get(values, ({}, 0))
            pieces.setdefault(manifest["spill"], []).append(segment["batch"])
            size += segment["bytes"]
            if size >= enough:
                done.append((values, _frozen(pieces)))
                open_shares.pop(values, None)
            else:
                open_shares[values] = (pieces, size)
    done += [(values, _frozen(pieces)) for values, (pieces, _) in open_shares.items()]
    return sorted(done, key=lambda one: str(one[0]))


def _frozen(pieces: dict[str, list[int]]) -> Pieces:
    return tuple((file, tuple(batches)) for file, batches in pieces.items())


def remove_strays(ledger: Ledger, txn: str, known: Collection[str]) -> None:
    """Only the known files are left of the transaction: those of attempts that an engine repeated are gone."""
    layout, storage = ledger.layout, ledger.storage
    for one in list(storage.walk(layout.data(txn))):
        if layout.relative(one.path) not in known:
            storage.remove(one.path)
