"""What a run costs on which workers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesh_etl.cost.compute import Terms, choice, choices
from mesh_etl.cost.prices import PriceTable
from mesh_etl.cost.work import Work
from mesh_etl.deploy.workers import WORKERS

PRICES = PriceTable.read().regions["us-east-1"]
TERMS = Terms(engine="glue", auto_scaling=False, stream=False, generation="5", prices=PRICES)
HOURS = Work(core_seconds=4 * 3600, overhead=0, tasks=1000, low=0.5, high=2.0, basis="a test")
G1, R1 = WORKERS["G.1X"], WORKERS["R.1X"]


def test_a_run_is_paid_by_the_second_for_all_workers():
    found = choice(HOURS, G1, 5, TERMS)  # four of them work, with four cores each
    assert found.seconds == 900
    assert found.units == pytest.approx(1.25)
    assert found.standard == pytest.approx(0.55)
    assert found.flex == pytest.approx(1.25 * 0.29)
    assert found.at_worst == 1800


def test_a_minute_is_the_least():
    found = choice(replace(HOURS, core_seconds=1), G1, 2, TERMS)
    assert (found.seconds, found.units) == (60, pytest.approx(2 / 60))
    scaled = choice(replace(HOURS, core_seconds=1), G1, 9, replace(TERMS, auto_scaling=True))
    assert scaled.units == pytest.approx(9 / 60)


def test_auto_scaling_does_not_pay_for_workers_that_wait():
    waiting = replace(HOURS, overhead=600)
    assert choice(waiting, G1, 5, TERMS).units == pytest.approx(5 * 1500 / 3600)
    assert choice(waiting, G1, 5, replace(TERMS, auto_scaling=True)).units == pytest.approx((1500 + 4 * 900) / 3600)


def test_cores_without_a_task_are_of_no_use():
    few = replace(HOURS, tasks=4)
    assert choice(few, G1, 2, TERMS).seconds == choice(few, G1, 20, TERMS).seconds == 3600
    assert choice(few, G1, 20, replace(TERMS, auto_scaling=True)).units == pytest.approx(2)


def test_the_embedded_engine_works_on_the_first_worker():
    embedded = replace(TERMS, engine="embedded")
    assert choice(HOURS, G1, 2, embedded).seconds == choice(HOURS, G1, 10, embedded).seconds == 3600


def test_glue_6_and_memory_have_prices_of_their_own():
    assert choice(HOURS, G1, 5, replace(TERMS, generation="6")).standard == pytest.approx(1.25 * 0.308)
    found = choice(HOURS, R1, 5, TERMS)
    assert (found.standard, found.flex) == (pytest.approx(1.25 * 0.52), None)


def test_spare_capacity_is_offered_for_the_workers_alone_that_it_has():
    found = {one.worker.type: one.flex is not None for one in choices(HOURS, 86_400, TERMS)}
    assert [kind for kind, flex in found.items() if flex] == ["G.1X", "G.2X"]
    assert found.keys() > {"G.4X", "R.1X"}


def test_choices_end_in_time_even_at_worst():
    found = {one.worker.type: one for one in choices(HOURS, 1800, TERMS)}
    assert found["G.1X"].workers == 15
    assert found["G.16X"].at_worst <= 1800 < choice(HOURS, G1, 4, TERMS).at_worst
    assert all(one.at_worst <= 1800 for one in found.values())
    assert "G.025X" not in found
    assert list(choices(replace(HOURS, core_seconds=1e9), 60, TERMS)) == []


def test_choices_cost_hardly_more_than_the_cheapest_number():
    terms = replace(TERMS, auto_scaling=True)
    for one in choices(HOURS, 7200, terms):
        every = [choice(HOURS, one.worker, count, terms).standard for count in range(2, 300)]
        assert one.standard <= min(every) * 1.06


def test_a_stream_is_paid_by_the_hour():
    [found] = choices(HOURS, 60, replace(TERMS, stream=True))
    assert (found.worker.type, found.workers, found.units, found.flex) == ("G.025X", 2, 0.5, None)
