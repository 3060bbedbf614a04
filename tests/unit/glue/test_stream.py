"""A job that goes on: each round commits what is new, and ends as it should."""

from __future__ import annotations

import datetime
import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.cli import main as cli
from mesh_etl.config import load
from mesh_etl.errors import Fault, RunError
from mesh_etl.run import engines
from mesh_etl.stream import LONGEST_PAUSE, Stop, pause, stopped_by_signals, stream
from tests.unit.glue.conftest import write_product

NOW = datetime.timedelta(0)


class Flaky:
    """A world whose catalogue does not answer the first times; all else is as it was."""

    def __init__(self, world: worlds.World, times: int, retryable: bool) -> None:
        self.world, self.times, self.retryable = world, times, retryable

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)

    def client(self, *what: Any) -> Any:
        if self.times:
            self.times -= 1
            raise RunError(Fault("AWS_CREDENTIALS", "not now"), retryable=self.retryable)
        return self.world.client(*what)


@pytest.fixture
def going(shop):
    """Runs a stream of the shop until it ends; returns the rounds, and how many it says there were."""

    def go(rounds, between=lambda number: None, world=lambda world: world):
        job, told, stop = load("shop.visits", shop), [], Stop()

        def tell(one):
            told.append(one.outcome)
            between(one.number)

        with engines.open("embedded") as engine:
            opened = world(worlds.open(job.project.env, job.project.root))
            done = stream(job, engine, opened, NOW, rounds, tell, stop)
        return told, done

    return go


def test_each_round_commits_what_has_come_since(shop, going):
    told, done = going(4, lambda number: (shop / f"in/{number}.csv").write_text("id\n7\n") if number < 3 else None)
    assert done == 4
    assert [(one.outcome, one.entry.seq, one.snapshot.rows) for one in told] == [
        ("published", 1, 2),
        ("published", 2, 3),
        ("published", 3, 4),
        ("nothing new", 3, 4),
    ]


def test_a_round_that_may_do_better_next_time_is_told_and_the_next_one_does(going):
    told, _ = going(3, world=lambda world: Flaky(world, 1, retryable=True))
    assert [getattr(one, "code", "fine") for one in told] == ["AWS_CREDENTIALS", "fine", "fine"]
    assert told[-1].snapshot.rows == 2


def test_a_round_that_cannot_do_better_ends_it(shop, going):
    told = []
    with pytest.raises(RunError, match="not now"):
        told = going(3, world=lambda world: Flaky(world, 1, retryable=False))
    assert told == []


def test_input_that_is_not_there_yet_is_waited_for(shop, going):
    (shop / "in/a.csv").rename(shop / "later.csv")
    told, _ = going(2, lambda number: (shop / "later.csv").rename(shop / "in/a.csv") if number == 1 else None)
    assert [getattr(one, "code", "fine") for one in told] == ["INPUT_MISSING", "fine"]


def test_pauses_double_while_rounds_fail_up_to_a_bound():
    minute = datetime.timedelta(minutes=1)
    assert [pause(minute, failed) / minute for failed in (0, 1, 2, 3, 4, 1_000)] == [1, 2, 4, 8, 15, 15]
    assert pause(2 * LONGEST_PAUSE, 5) == 2 * LONGEST_PAUSE


@pytest.mark.parametrize("task", ["stream", "run"])
def test_a_mode_that_reads_everything_each_time_is_no_stream(shop, script, task):
    write_product(shop, "whole", mode="replace", deploy="{stream: {every: 1s}}")
    code, lines, err = script(task, "--product", "shop.whole")
    assert code == 3
    assert "job.yaml:3:16: a stream reads what is new, and mode replace reads all of its input each time" in err
    assert lines[-1]["code"] == "STREAM_UNFIT"


def test_the_script_tells_its_rounds(script):
    code, lines, _ = script("stream", "--rounds", "2", "--every", "1s")
    assert code == 0
    assert [(line.get("round"), line["outcome"]) for line in lines] == [
        (1, "published"),
        (2, "nothing new"),
        (None, "ended"),
    ]


def test_sigterm_ends_it_after_the_round(shop, scripts):
    command = [sys.executable, str(scripts / "stream.py"), "--root", str(shop), "--every", "1h"]
    environment = {**os.environ, "PYTHONPATH": str(scripts.parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert '"round": 1' in child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        assert '"outcome": "ended", "rounds": 1' in child.stdout.read()
    assert child.returncode == 0


def test_a_signal_is_heard_again_after_a_library_has_taken_it():
    """As PySpark does with Ctrl-C when a round starts it; the second signal does what it did before."""
    before = signal.getsignal(signal.SIGINT)
    with stopped_by_signals() as stop:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop.wait(0)
        os.kill(os.getpid(), signal.SIGINT)
        stop.wait(3600)
        assert stop.asked
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


class TestInAShell:
    """`mesh-etl run --every`, in this process."""

    @pytest.fixture
    def ran(self, shop, capsys):
        """Runs the command in the shop; returns its exit code, what it printed, and what it said was wrong."""

        def run(*words):
            capsys.readouterr()
            with pytest.raises(SystemExit) as end:
                cli(["run", *words, "--root", str(shop)])
            said = capsys.readouterr()
            return int(end.value.code or 0), said.out, said.err

        return run

    def test_rounds_are_told_one_after_the_other(self, ran):
        code, out, _ = ran("shop.visits", "--every", "1s", "--rounds", "2", "--json")
        told = [json.loads(line) for line in out.splitlines()]
        assert (code, [(one["round"], one["outcome"]) for one in told]) == (0, [(1, "published"), (2, "nothing new")])
        code, out, _ = ran("shop.visits", "--every", "1s", "--rounds", "1")
        assert (code, "ended after 1 round\nnext: mesh-etl history shop.visits" in out) == (0, True)

    def test_a_round_without_input_says_that_the_next_one_looks_again(self, shop, ran):
        (shop / "in/a.csv").unlink()
        code, out, err = ran("shop.visits", "--every", "1s", "--rounds", "1")
        assert (code, "the next one tries again" in out, "[INPUT_MISSING]" in err) == (0, True, True)

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (("shop.visits", "--every", "soon"), "--every: it is no time"),
            (("shop.visits", "--rounds", "2"), "say both"),
            (("--all", "--every", "1m"), "one product that is named"),
            (("shop.visits", "--every", "1m", "--date", "2026-01-01"), "no --acknowledge or --date"),
            (("shop.alone", "--every", "1m"), "[STREAM_UNFIT]"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, shop, ran, words, told):
        write_product(shop, "alone", mode="replace")
        code, _, err = ran(*words)
        assert (code in (2, 3), told in err) == (True, True), err
