"""The benchmarks' stopwatch sees what `time` does not: orphans, and children that nobody waits for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "scripts/benchmarks"
MEASURE = """
import dataclasses, json, pathlib, sys
from measure import measure
usage = measure([sys.executable, "-c", sys.argv[1]], pathlib.Path.cwd(), pathlib.Path("log.txt"))
print(json.dumps(dataclasses.asdict(usage)))
"""
BURN = "import time\nwhile time.process_time() < 0.6: pass\n"
ORPHAN = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {BURN!r}])\n"
LINGERING = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(2)'])\n"
UNREAPED = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c', {BURN!r}])
child.wait()
"""
GREEDY = (
    "held = bytearray(300_000_000)\nfor i in range(0, len(held), 4096): held[i] = 1\nimport time; time.sleep(0.5)\n"
)


def measured(program: str, folder: Path) -> dict[str, float]:
    # in a process of its own, since measuring makes a process the reaper of all orphans below it
    command = [sys.executable, "-c", MEASURE, program]
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(BENCHMARKS)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("program", [BURN, ORPHAN, UNREAPED], ids=["child", "orphan", "unreaped"])
def test_cpu_of_the_whole_tree_is_counted(program: str, tmp_path: Path) -> None:
    assert 0.45 <= measured(program, tmp_path)["cpu"] <= 1.1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_wall_time_ends_with_the_command(tmp_path: Path) -> None:
    assert measured("import time; time.sleep(0.5)", tmp_path)["wall"] >= 0.5
    assert measured(LINGERING, tmp_path)["wall"] <= 1.5


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_peak_memory_is_seen(tmp_path: Path) -> None:
    assert 300 <= measured(GREEDY, tmp_path)["peak_mb"] <= 400


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_failing_command_ends_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"failed \(1\)"):
        measured("raise ValueError", tmp_path)
