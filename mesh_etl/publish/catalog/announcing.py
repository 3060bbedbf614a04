"""The record of what is published, and of how far events have told of it.

Events are told when everything can be seen and before that is recorded: whoever dies in between, the next publisher
finds the record behind, and tells of it again. So each version is told of at least once, and twice only after that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mesh_etl.publish.catalog.desired import ANNOUNCED, SEQ
from mesh_etl.publish.catalog.difference import announced_seq, recorded_seq

if TYPE_CHECKING:
    from mesh_etl.publish.catalog.desired import Desired, Fields

# Tells of the ledger entries after this one, or of the newest alone for 0; whether that was done.
Announce = Callable[[int], bool]


def recorded(desired: Desired, table: Fields, announce: Announce | None) -> dict[str, str]:
    """The parameters of a table that shows what is desired, once events have told of it, or could not."""
    record = {SEQ: str(desired.seq)}
    if not desired.announces or announce is None:
        return record
    told = announced_seq(table)
    if told is None:  # the entry is new, or of a library that knew no events
        told = recorded_seq(table) or 0
    if told != desired.seq and announce(told):
        told = desired.seq
    return {**record, ANNOUNCED: str(told)}
