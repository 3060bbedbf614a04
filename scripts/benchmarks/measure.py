"""What one command costs: wall time, CPU seconds and peak memory of its whole process tree.

`time` is not enough for Spark: the Python driver does not wait for its JVM, and the daemon that starts Python workers
ignores SIGCHLD, so that the CPU seconds of both never reach the parent. Here this process becomes the reaper of all
orphans below it (Linux only), samples /proc for every descendant until the last one is gone, and sums.

Both the samples and what the kernel accounted to us miss something and count nothing twice, so both are lower bounds,
and the larger one is taken. Memory is the proportional set size (PSS): pages that processes share count once.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PR_SET_CHILD_SUBREAPER = 36
INTERVAL = 0.1  # seconds between samples
GRACE = 30.0  # seconds that descendants may outlive the command

Process = tuple[int, int]  # a process id and its start time, which together are unique


@dataclass(frozen=True)
class Usage:
    """Seconds of wall time, CPU seconds (user and system) and megabytes at the peak."""

    wall: float
    cpu: float
    peak_mb: float


def measure(command: list[str], folder: Path, log: Path, environment: dict[str, str] | None = None) -> Usage:
    """What `command` costs when it runs in `folder`; its output goes to `log`.

    Wall time ends when the command does; CPU and memory include what it leaves running, until that has gone.
    Raises `SystemExit` with the end of the log when the command fails or leaves something behind.
    """
    _adopt_orphans()
    before = _reaped_cpu()
    seen: dict[Process, float] = {}
    peak = 0.0
    with log.open("wb") as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
    ended = os.pidfd_open(child.pid)  # readable at the very moment of the end, which Popen.wait only polls for
    wall = None
    while tree := _descendants(os.getpid()):
        seen |= tree
        peak = max(peak, sum(_pss(pid) for pid, _ in tree))
        if wall is None:
            if select.select([ended], [], [], INTERVAL)[0]:
                wall = time.perf_counter() - start
                child.wait()
            continue
        _reap_orphans()
        if time.perf_counter() - start - wall > GRACE:
            raise SystemExit(f"{command[0]} left processes behind: {sorted(tree)}")
        time.sleep(INTERVAL / 2)
    os.close(ended)
    if wall is None:
        raise SystemExit(f"{command[0]} was taken away by somebody else")
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed ({child.returncode}):\n{log.read_text(errors='replace')[-2000:]}")
    return Usage(wall, max(sum(seen.values()), _reaped_cpu() - before), peak / 1e6)


def _adopt_orphans() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "cannot become the reaper of orphans")


def _reap_orphans() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return  # nobody is left


def _reaped_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _descendants(ancestor: int) -> dict[Process, float]:
    """The CPU seconds so far of every process below `ancestor`."""
    parents: dict[int, int] = {}
    found: dict[int, tuple[Process, float]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = Path("/proc", entry, "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        fields = text.rpartition(")")[2].split()  # the name before it may hold anything
        pid = int(entry)
        parents[pid] = int(fields[1])
        found[pid] = ((pid, int(fields[19])), (int(fields[11]) + int(fields[12])) / TICK)
    return dict(value for pid, value in found.items() if _is_below(pid, ancestor, parents))


def _is_below(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == ancestor:
            return True
    return False


def _pss(pid: int) -> float:
    """The bytes of a process, those that it shares divided among their users; 0 when it has gone."""
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    return sum(float(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
