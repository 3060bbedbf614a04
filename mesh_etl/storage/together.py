"""Calls of a storage that need not wait for each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mesh_etl.storage.base import Storage

T = TypeVar("T")
R = TypeVar("R")


def each(storage: Storage, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What `work`, which calls the storage, makes of each item, in their order; raises what one of them raises.

    As many are under way at the same time as the storage is fast with (`Storage.at_once`).
    """
    if storage.at_once == 1 or len(items) < 2:
        return [work(one) for one in items]
    with ThreadPoolExecutor(min(storage.at_once, len(items)), "storage") as pool:
        return list(pool.map(work, items))
