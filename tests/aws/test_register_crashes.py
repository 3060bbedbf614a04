"""However registration is cut off, doing it again ends at the same catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_etl import embedded_aws
from mesh_etl.publish.catalog import Column, Desired, difference, register


class Crash(BaseException):
    """The process ends here."""


def desired(seq: int, months: range) -> Desired:
    return Desired(
        database="sales",
        table="orders",
        description="",
        location=f"file:///w/{seq}",
        columns=(Column("id", "bigint"),),
        partition_keys=(Column("month", "int"),),
        partitions={(str(month),): f"file:///w/{seq}/{month}" for month in months},
        parameters={},
        owner="",
        compression="none",
        seq=seq,
    )


FIRST, SECOND = desired(1, range(0, 130)), desired(2, range(60, 190))


def calls_of(home: Path) -> int:
    """How many calls the second registration makes when nothing goes wrong."""
    register(embedded_aws.client("glue", home), FIRST)
    made: list[str] = []
    register(embedded_aws.client("glue", home, fault=lambda name, phase: made.append(name)), SECOND)
    return len(made) // 2


def crashing(home: Path, number: int, phase: str) -> Any:
    """A client that dies before or after the call of that number has taken effect."""
    seen = {"before": 0, "after": 0}

    def strike(name: str, moment: str) -> None:
        seen[moment] += 1
        if moment == phase and seen[moment] == number:
            raise Crash

    return embedded_aws.client("glue", home, fault=strike)


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_crash_at_any_call_is_healed_by_the_next_registration(tmp_path: Path, phase: str) -> None:
    total = calls_of(tmp_path / "whole")
    assert total >= 11
    for number in range(1, total + 1):
        home = tmp_path / str(number)
        glue = embedded_aws.client("glue", home)
        register(glue, FIRST)
        with pytest.raises(Crash):
            register(crashing(home, number, phase), SECOND)
        recorded = glue.get_table(DatabaseName="sales", Name="orders")["Table"]["Parameters"]["mesh_etl.published_seq"]
        if recorded == "2":
            assert not difference(glue, SECOND), "the record came before the rest"
        register(glue, SECOND)
        assert not difference(glue, SECOND)


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_crash_during_the_first_registration_is_healed(tmp_path: Path, phase: str) -> None:
    number = 0
    while True:
        number += 1
        home = tmp_path / str(number)
        try:
            register(crashing(home, number, phase), FIRST)
        except Crash:
            register(embedded_aws.client("glue", home), FIRST)
            assert not difference(embedded_aws.client("glue", home), FIRST)
        else:
            break
    assert number > 8
