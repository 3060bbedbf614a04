"""Which files of a partition are put together."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mesh_etl.tables.entry import DataFile

Bin = tuple[DataFile, ...]

ENOUGH = 0.75  # of the target size: a file of so many bytes stays as it is
_CHEAP = 1 / 8  # of the target size: a file of so few is written again for whatever comes to it


def bins(files: Sequence[DataFile], target_bytes: int, unordered: Collection[str] = ()) -> list[Bin]:
    """The files to be made one, bin by bin, each of at least two files and about the target size at most.

    Files go into the first bin with room (first fit), in their order. A file that is more than two thirds of its bin is
    left out of it, unless it is small anyway: so a row is written again only when what it lies with has grown by half,
    and how often that is grows with the logarithm of a file's size and not with the number of commits.

    The files with these paths, whose rows are not in order, are written anew in any case, alone if need be.
    """
    open_bins: list[list[DataFile]] = []
    for file in files:
        if file.bytes >= target_bytes * ENOUGH and file.path not in unordered:
            continue
        room = (one for one in open_bins if sum(other.bytes for other in one) + file.bytes <= target_bytes)
        first = next(room, None)
        if first is None:
            open_bins.append([file])
        else:
            first.append(file)
    found = [tuple(_worthwhile(one, target_bytes, unordered)) for one in open_bins]
    wanted = [one for one in found if len(one) > 1 or any(file.path in unordered for file in one)]
    return [one for one in wanted if any(file.rows for file in one)]  # of no rows no file is made


def _worthwhile(files: list[DataFile], target_bytes: int, unordered: Collection[str]) -> list[DataFile]:
    """The files less the large ones to which too little comes."""
    left = sorted(files, key=lambda one: one.bytes)
    while left and (largest := left[-1]).bytes > target_bytes * _CHEAP and largest.path not in unordered:
        if largest.bytes * 3 <= sum(one.bytes for one in left) * 2:
            break
        left.pop()
    kept = {one.path for one in left}
    return [one for one in files if one.path in kept]
