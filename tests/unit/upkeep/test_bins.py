"""Which files of a partition are put together, and how often a row is written again over a table's life."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.tables.entry import DataFile
from mesh_etl.upkeep.bins import bins


def files(*sizes):
    return [DataFile(path=f"f{number}", rows=1, bytes=size) for number, size in enumerate(sizes)]


def sizes(found):
    return [[file.bytes for file in one] for one in found]


@pytest.mark.parametrize(
    ("before", "together"),
    [
        ([], []),
        ([5], []),
        ([5, 6], [[5, 6]]),
        ([75, 80, 5, 120], []),  # one small file has no company
        ([80, 5, 90, 6, 74], [[5, 6]]),  # what comes to a large file is not worth writing it again
        ([40, 40, 40], [[40, 40]]),
        ([40, 41, 20], [[40, 41]]),  # the third finds no room, and is alone
        ([60, 1, 1], [[1, 1]]),
        ([12, 1], [[12, 1]]),  # small enough to be written for anything
        ([50, 30, 25], [[50, 30]]),
    ],
)
def test_files_come_together(before, together):
    assert sizes(bins(files(*before), 100)) == together


def test_files_whose_rows_are_not_in_order_are_written_anew():
    found = files(80, 90, 5, 300)
    assert sizes(bins(found, 100, {"f0", "f3"})) == [[80, 5], [300]]


@given(st.lists(st.integers(0, 200)), st.integers(1, 150))
def test_no_file_is_lost_or_taken_twice(before, target):
    found = bins(files(*before), target)
    names = [file.path for one in found for file in one]
    assert len(names) == len(set(names))
    assert all(len(one) > 1 for one in found)
    assert all(sum(file.bytes for file in one) <= target for one in found)


def test_files_without_a_row_are_left_alone():
    empty = [DataFile(path=f"e{number}", rows=0, bytes=1) for number in range(2)]
    assert bins(empty, 100) == []
    assert bins([*empty, *files(1)], 100) == [(*empty, *files(1))]


def test_what_is_written_again_does_not_grow_with_the_number_of_commits():
    table, written, name = [], 0, 0
    for commit in range(2_000):
        table.append(DataFile(path=f"c{commit}", rows=1, bytes=1))
        for one in bins(table, 4_096):
            gone = {file.path for file in one}
            size = sum(file.bytes for file in one)
            name += 1
            table = [file for file in table if file.path not in gone]
            table.append(DataFile(path=f"m{name}", rows=1, bytes=size))
            written += size
    assert sum(file.bytes for file in table) == 2_000
    assert len(table) < 12
    assert written < 2_000 * 300  # each file that is small anyway, at most 512 of 4,096 bytes, for each commit
