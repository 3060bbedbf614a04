"""How spilled batches are shared out: shares that fill files of the target size, and no crumbs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh_etl.run.stage_parts import shares

SIZES = st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 50)), max_size=20), max_size=6)


def manifests(tasks):
    return [
        {
            "spill": f"{number}.arrow",
            "segments": [
                {"values": [value], "batch": batch, "rows": 1, "bytes": size}
                for batch, (value, size) in enumerate(task)
            ],
        }
        for number, task in enumerate(tasks)
    ]


@given(SIZES, st.integers(1, 200), st.floats(1, 8), st.integers(1, 8))
def test_each_batch_is_in_one_share_of_its_partition_in_the_order_of_the_input(tasks, target, expansion, cores):
    found = shares(manifests(tasks), target, expansion, cores)
    whole = {
        (f"{number}.arrow", batch): (value,)
        for number, task in enumerate(tasks)
        for batch, (value, _) in enumerate(task)
    }
    taken = [(spill, batch, one.values) for one in found for spill, batches in one.pieces for batch in batches]
    assert {(spill, batch): values for spill, batch, values in taken} == whole
    assert len(taken) == len(whole)
    for values in {one.values for one in found}:
        mine = [(spill, batch) for spill, batch, theirs in taken if theirs == values]
        assert mine == sorted(mine)
    sizes = {
        (f"{number}.arrow", batch): size for number, task in enumerate(tasks) for batch, (_, size) in enumerate(task)
    }
    assert [one.bytes for one in found] == [
        sum(sizes[spill, batch] for spill, batches in one.pieces for batch in batches) for one in found
    ]


def test_shares_of_a_partition_are_equal_and_leave_no_crumb():
    tasks = [[("a", 10)] * 41]  # 410 bytes where a file takes 200 of them
    assert [one.bytes for one in shares(manifests(tasks), 50, 4.0, 1)] == [200, 210]


def test_a_partition_that_fills_no_file_is_one_share():
    tasks = [[("a", 10), ("b", 300)], [("a", 10)]]
    assert [(one.values, one.bytes) for one in shares(manifests(tasks), 1000, 4.0, 2)] == [(("a",), 20), (("b",), 300)]


def test_idle_cores_are_given_work_down_to_a_quarter_of_a_share():
    tasks = [[("a", 10)] * 80]
    assert len(shares(manifests(tasks), 200, 4.0, 1)) == 1
    assert len(shares(manifests(tasks), 200, 4.0, 4)) == 4
    assert len(shares(manifests(tasks), 200, 4.0, 64)) == 4
