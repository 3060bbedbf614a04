from __future__ import annotations

import datetime

import pytest

from mesh_etl.tables.entry import Entry, Quarantine, RefusedFile
from mesh_etl.tables.quarantine import fallen, standing

NOON = datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.UTC)


def refused(*names, gone=(), since=0, at=""):
    files = tuple(RefusedFile(path=name, rows=1, bytes=1, since=since, refused_at=at) for name in names)
    return Quarantine(rows=len(files), files=files, gone=gone)


@pytest.fixture
def entries(entry):
    """A commit for each quarantine that is given, with `cleared` for those that are given as a pair."""

    def build(*quarantines):
        return [
            entry(seq, quarantine=one[0], cleared=True) if isinstance(one, tuple) else entry(seq, quarantine=one)
            for seq, one in enumerate(quarantines, 1)
        ]

    return build


def held(entries):
    return [(one.path, one.seq) for one in standing(entries)]


def test_files_stand_until_a_commit_takes_them(entries):
    commits = entries(refused("a"), refused("b"), refused("rest", gone=("a",), since=1, at="2024-05-01T00:00:00+00:00"))
    assert held(commits[:2]) == [("a", 1), ("b", 2)]
    assert held(commits) == [("rest", 1), ("b", 2)]
    assert standing(commits)[0].at == "2024-05-01T00:00:00+00:00"
    assert fallen(commits) == {"a": commits[2].committed_at}


def test_a_commit_that_clears_the_table_empties_the_quarantine(entries):
    commits = entries(refused("a"), (refused("b"), "cleared"), refused())
    assert held(commits) == [("b", 2)]
    assert set(fallen(commits)) == {"a"}


def test_files_that_stand_are_never_fallen(entries):
    commits = entries(refused("a"), refused("b", gone=("a",)), refused("c"), refused(gone=("b", "unknown")))
    assert held(commits) == [("c", 3)]
    assert set(fallen(commits)) == {"a", "b"}


def test_rows_are_older_once_the_time_is_over(entries):
    (file,) = standing(entries(refused("a")))
    day = datetime.timedelta(days=1)
    assert not file.is_older(day, NOON + day)
    assert file.is_older(day, NOON + day + datetime.timedelta(seconds=1))
    assert not file.is_older(None, NOON + 9999 * day)


def test_entries_of_earlier_versions_are_read(entry):
    old = entry(1).model_dump(mode="json")
    old["quarantine"] = {"rows": 2, "files": [{"path": "a", "rows": 2, "bytes": 7}]}
    assert held([Entry.model_validate(old)]) == [("a", 1)]
