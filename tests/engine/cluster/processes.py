"""Processes of Spark that live apart from the test, each in a group of its own: a kill takes one and no other."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120  # seconds until a process that says nothing counts as broken


@dataclass
class Server:
    """A process that has said that it is ready."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """It and its children are gone; Spark's own Python daemons end with the sockets that they read."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def children(self, word: str) -> list[int]:
        """The processes below this one, at any depth, whose command line has the word."""
        parents = {pid: parent for pid, parent in _processes()}
        below = [pid for pid in parents if _is_below(pid, self.process.pid, parents)]
        return [pid for pid in below if word in _command(pid)]


def start(command: list[str | Path], log: Path, ready: str, environment: dict[str, str]) -> tuple[Server, str]:
    """The server that the command starts, and what the pattern `ready` has found in its log."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment}, start_new_session=True
        )
    server, end = Server(process, log), time.monotonic() + PATIENCE
    while not (found := re.search(ready, log.read_text(errors="replace"))):
        if process.poll() is not None or time.monotonic() > end:
            server.kill()
            raise AssertionError(f"{command[-1]} is not ready: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    return server, found[1]


def wait_for(what, running: subprocess.Popen[str]) -> None:
    """`what()` has become true while the process ran; it is asked often, since the moment counts."""
    while not what():
        assert running.poll() is None, f"it ended before: {running.communicate()}"
        time.sleep(0.005)


def _processes() -> list[tuple[int, int]]:
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        found.append((int(entry), int(fields[1])))
    return found


def _is_below(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == ancestor:
            return True
    return False


def _command(pid: int) -> str:
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
