"""A cluster may lose and stall what it likes: the table is right, once, and nothing else lies about."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import pytest

from tests.engine.cluster.conftest import PRODUCTS, told
from tests.engine.cluster.processes import wait_for

pytestmark = pytest.mark.slow


def check(project, said):
    """Every product of the run was published once, accounts for its input, and left nothing beside its files."""
    found = {one["product"]: one for one in said["products"]}
    assert {name: one["outcome"] for name, one in found.items()} == dict.fromkeys(found, "published"), said
    for name in found:
        entry = project.ledgers[name].snapshot().entry
        counts = entry.counts
        left = counts.quarantined + counts.deduplicated + counts.filtered + counts.consumed
        assert counts.read + counts.made == counts.good + left
        assert (entry.seq, project.strays(name)) == (1, [])


SPECULATION = """\
spark.speculation true
spark.speculation.minTaskRuntime 200ms
spark.speculation.quantile 0.5
spark.speculation.multiplier 1.5
"""


def test_a_worker_that_is_killed_while_it_writes_and_one_that_hangs(cluster, sales):
    project = sales(SPECULATION)
    running = project.begin(*PRODUCTS, "--engine", "spark", "--master", cluster.url)
    killed, stalled = cluster.workers

    # What the killed one has written and what it has kept for other tasks are made again elsewhere.
    wait_for(lambda: project.staged("sales.orders"), running)
    killed.kill()
    assert not project.ledgers["sales.orders"].seqs(), "the worker was killed when all was over"
    cluster.hire()

    # The task of an executor that says nothing more is done by another; what it has begun is in nobody's way.
    hanging = stalled.children("CoarseGrainedExecutorBackend") + stalled.children("pyspark.daemon")
    wait_for(lambda: project.staged("sales.lineitems"), running)
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    begun = len(project.staged("sales.lineitems"))
    wait_for(lambda: project.ledgers["sales.lineitems"].seqs(), running)
    for pid in hanging:
        with suppress(ProcessLookupError):  # the cluster may have given it up
            os.kill(pid, signal.SIGCONT)
    check(project, told(running))
    assert hanging
    assert begun < len(project.staged("sales.lineitems")), "the executor was stopped when all was over"
    assert project.wrong_rows() == 0
