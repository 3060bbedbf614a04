"""Runs by the beginnings of their ids."""

from __future__ import annotations

import pytest

from mesh_etl.errors import PlanError
from mesh_etl.operate.named import meant, short

FIRST, SECOND = "jr_" + "a" * 20 + "1" * 44, "jr_" + "a" * 20 + "2" * 44
AGAIN = f"{FIRST}_attempt_1"
KNOWN = (FIRST, SECOND, AGAIN, "jr_b")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (FIRST, FIRST),
        (FIRST[:24], FIRST),  # not the second attempt, whose id begins so too
        (f"{FIRST[:24]}_attempt_1", AGAIN),
        (f"{FIRST[:5]}_attempt_1", AGAIN),
        (f"{FIRST[:5]}_attempt_2", None),
        ("jr_b", "jr_b"),
        ("jr_c", None),
    ],
)
def test_a_beginning_names_one_run(asked, found):
    assert meant(asked, KNOWN, "j") == found


def test_a_beginning_of_several_is_refused_with_their_ids():
    with pytest.raises(PlanError) as raised:
        meant("jr_aaa", KNOWN, "j")
    (fault,) = raised.value.faults
    assert fault.code == "RUN_AMBIGUOUS"
    assert fault.problem == f"several runs begin with 'jr_aaa': {FIRST[:24]}, {SECOND[:24]}"
    with pytest.raises(PlanError, match="and 995 more"):
        meant("jr_", [f"jr_{number}" for number in range(1000)], "j")


def test_what_is_shown_names_what_it_stands_for():
    shown = short(KNOWN)
    assert shown == [FIRST[:24], SECOND[:24], f"{FIRST[:24]}_attempt_1", "jr_b"]
    assert [meant(one, KNOWN, "j") for one in shown] == list(KNOWN)
    assert short(["jr_" + "c" * 64]) == ["jr_cccccccccc"]
