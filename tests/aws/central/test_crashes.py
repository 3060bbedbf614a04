"""Whatever call of a publish breaks, the next run ends at the same two catalogues, and every version is told of."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.crashtest.child import KILLED
from mesh_etl.crashtest.watch import Strike
from mesh_etl.plan.build import ledger_of


def converged(shop: Any) -> None:
    shop.run()
    assert shop.central_places() == shop.own_places()
    assert shop.central()["Parameters"]["mesh_etl.published_seq"] == "2"
    assert ledger_of(shop.job, "sales.orders").seqs() == [1, 2]
    told = {one["detail"]["id"] for one in shop.told()}
    assert {one["detail"]["seq"] for one in shop.told()} == {1, 2}
    assert len(told) == 2, "what is told again is told under the same id"


@pytest.fixture
def before(shop: Any, tmp_path: Path) -> Path:
    """The project with one version, and an input that has not been read."""
    shop.deliver()
    shop.run()
    shop.deliver(("m02", "m03"))
    return Path(shutil.copytree(shop.root, tmp_path / "before"))


@pytest.mark.parametrize("way", ["refused", "lost", "killed"])
def test_a_break_at_any_call_is_healed_by_the_next_run(shop: Any, before: Path, way: Any) -> None:
    _, calls = shop.run()
    assert len(calls) > 15
    struck = 0
    for number, call in enumerate(calls, 1):
        if ".Get" in call and (way != "refused" or number % 3):  # reads change nothing: a share of them will do
            continue
        shutil.rmtree(shop.root)
        shutil.copytree(before, shop.root)
        ended = shop.broken(Strike(number, way))
        assert ended.exit == (KILLED if way == "killed" else 0), call
        if not ended.exit:
            assert ended.answer in ("ok", "CATALOG_UNREACHABLE", "CENTRAL_UNREACHABLE"), call
        converged(shop)
        told = [one["detail"]["seq"] for one in shop.told()]
        assert told.count(1) == 1
        struck += 1
    assert struck > 5
