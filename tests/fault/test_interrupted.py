"""Ctrl-C at every phase, and inputs that move while they are read: nothing is visible, nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mesh_etl.errors import RunError
from mesh_etl.pipeline import run_job
from mesh_etl.plan import build
from mesh_etl.publish import publish
from mesh_etl.run import execute
from mesh_etl.run.progress import Silent

ROOT = Path(__file__).parents[2]


class At(Silent):
    """Calls something when a phase begins, or when its first piece of work is done."""

    def __init__(self, phase, moment, act):
        self.wanted, self.moment, self.act, self.now = phase, moment, act, ""

    def phase(self, name, tasks):
        self.now = name
        if self.moment == "begin" and name == self.wanted:
            self.act()

    def advance(self):
        if self.moment == "advance" and self.now == self.wanted:
            self.act()


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["begin", "advance"])
@pytest.mark.parametrize("phase", ["read, check, sort", "write"])
def test_an_interrupt_in_any_phase_leaves_nothing(shop, phase, moment):
    rows = shop.deliver("a.csv")
    shop.run()
    fresh = shop.deliver("b.csv")
    shop.deliver("c.csv", rows=0)
    with pytest.raises(KeyboardInterrupt):
        run_job(shop.job, shop.engine, shop.world(), At(phase, moment, interrupt))
    assert shop.leftovers() == set()
    shop.assert_converged(rows)
    shop.run()
    shop.assert_converged(sorted(rows + fresh))


def test_ctrl_c_in_the_shell(shop):
    shop.deliver("a.csv")
    shop.run()
    before = shop.rows()
    fresh = shop.deliver("b.csv", rows=8_000)
    command = [sys.executable, "-m", "mesh_etl.cli", "run", "shop.sales", "--root", str(shop.root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    spill, deadline = shop.root / "table/shop/sales/_spill", time.monotonic() + 60
    while not any(spill.glob("*")) and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "INTERRUPTED" in told
    assert shop.leftovers() == set()
    shop.assert_converged(before)
    shop.run()
    shop.assert_converged(sorted(before + fresh))


@pytest.mark.parametrize("moment", ["begin", "advance"])
@pytest.mark.parametrize("change", ["gone", "cut", "longer", "another"])
def test_an_input_that_changes_under_the_run(shop, change, moment):
    rows = shop.deliver("a.csv")
    shop.run()
    fresh = shop.deliver("b.csv", rows=3)
    path = shop.root / "in/b.csv"
    text = path.read_text()

    def act():
        if change == "gone":
            path.unlink()
        elif change == "cut":
            os.truncate(path, len(text) // 2)
        elif change == "longer":
            path.write_text(text + "999,m01,1.00\n")
        else:
            path.write_text(text.replace(".50", ".51"))

    with pytest.raises(RunError) as caught:
        execute(build(shop.job), shop.engine, shop.world().secret, At("read, check, sort", moment, act))
    assert caught.value.code in (
        "INPUT_CHANGED",
        *{"gone": ["INPUT_MISSING"], "cut": ["TOO_MANY_REJECTED"]}.get(change, []),
    )
    assert shop.leftovers() == set()
    shop.assert_converged(rows)
    path.write_text(text)
    publish(shop.stage(), shop.world())
    shop.assert_converged(sorted(rows + fresh))
