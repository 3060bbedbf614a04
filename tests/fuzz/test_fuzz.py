"""Whatever bytes a file holds, a kernel answers with rows and rejects that add up, or refuses the file with a code.

`scripts/fuzz [minutes]` runs the same for as long as it is told, with other examples each time.
"""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.sources import source
from tests.fuzz.examples import LONG, bounded
from tests.fuzz.mutation import DAMAGE, PIECES, damaged
from tests.fuzz.reading import cut_small, verdict
from tests.fuzz.targets import TARGETS

HEADROOM = 3 << 30
KNOWN = [name for name, target in TARGETS.items() if target.config["type"] in source]


@pytest.fixture(autouse=True)
def _memory():
    """A kernel that wants memory without bound fails here, instead of taking the machine."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + HEADROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "input"


def _noted(path, content):
    """The content is in a file beside the input, for whoever finds a kernel that hangs or dies."""
    if LONG:
        path.with_name("last").write_bytes(content)


@pytest.mark.parametrize("name", KNOWN)
@given(seed=st.integers(0, 9), damage=st.lists(DAMAGE, max_size=6), item=st.integers(20, 200), block=st.integers(5, 90))
@bounded(60)
def test_a_damaged_file(path, name, seed, damage, item, block):
    target = TARGETS[name]
    content = damaged(target.seed(seed), damage)
    _noted(path, content)
    whole = verdict(path, content, target.config, target.columns)
    if target.cuts:
        with cut_small(item, block):
            assert verdict(path, content, target.config, target.columns) == whole


@pytest.mark.parametrize("name", KNOWN)
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=30))
@bounded(60)
def test_a_file_of_rubbish(path, name, pieces):
    target = TARGETS[name]
    content = b"".join(pieces)
    _noted(path, content)
    verdict(path, content, target.config, target.columns)


@pytest.mark.parametrize("name", KNOWN)
def test_a_sound_file(path, name):
    target = TARGETS[name]
    for number in range(len(target.seeds)):
        found = verdict(path, target.seed(number), target.config, target.columns)
        assert found.refused == ()
        assert len(found.rows) >= 3
