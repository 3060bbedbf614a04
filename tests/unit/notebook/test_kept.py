"""What becomes of job.yaml: never overwritten unasked, never over somebody else's changes."""

from __future__ import annotations

import pytest

from mesh_etl import notebook
from mesh_etl.errors import ConfigError
from tests.unit.notebook.conftest import JOB


@pytest.fixture
def path(root):
    return root / "configs/shop/visits/job.yaml"


@pytest.fixture
def fewer(visits):
    return visits.filter(where="page <> '/health'")


def test_a_file_that_is_there_is_shown_and_not_replaced(fewer, path):
    answer = fewer.write()
    assert not answer.value
    assert path.read_text() == JOB
    assert "+  - {type: filter" in repr(answer)
    assert "write(replace=True)" in repr(answer)


def test_it_is_replaced_when_told_so_with_its_comments(fewer, path, root):
    assert fewer.write(replace=True).value
    assert path.read_text() == fewer.text
    assert "# The visits of the shop." in fewer.text
    assert "# delivered at noon" in fewer.text
    assert notebook.open("shop.visits", root).job.job.transforms == fewer.job.job.transforms
    assert [one.name for one in path.parent.iterdir()] in (["contract.yaml", "job.yaml"], ["job.yaml", "contract.yaml"])


def test_a_second_write_changes_nothing(fewer, path):
    fewer.write(replace=True)
    stamp = path.stat().st_mtime_ns
    assert "says this already" in repr(fewer.write(replace=True))
    assert path.stat().st_mtime_ns == stamp


def test_one_goes_on_after_writing(fewer, path):
    fewer.write(replace=True)
    more = fewer.dedupe(keys=["visit_id"])
    assert more.write(replace=True).value
    assert path.read_text() == more.text


def test_somebody_elses_change_stays(fewer, path):
    path.write_text(JOB + "checks: {max_rejected: 1%}\n")
    with pytest.raises(ConfigError) as error:
        fewer.write(replace=True)
    assert error.value.code == "FILE_CHANGED"
    assert "max_rejected" in path.read_text()


def test_a_file_that_is_gone_is_written_again(fewer, path):
    path.unlink()
    assert fewer.write().value
    assert path.read_text() == fewer.text


def test_rights_stay(fewer, path):
    path.chmod(0o640)
    fewer.write(replace=True)
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_was_not_written_does_not_run(fewer):
    with pytest.raises(ConfigError) as error:
        fewer.run()
    assert error.value.code == "NOT_WRITTEN"


def test_the_difference_is_shown(visits, fewer):
    assert visits.diff().value == ()
    assert [one for one in fewer.diff().value if one.startswith(("+ ", "- "))] == [
        "+  - {type: filter, where: \"page <> '/health'\"}"
    ]
