"""Work in a process of its own, which may be killed: a fork of one that has started no thread yet."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

KILLED = -signal.SIGKILL
_forked = False  # whether this process is such a child


@dataclass(frozen=True)
class Ended:
    """How the child ended: its exit code, below 0 for a signal, and what its work returned, None where it did not."""

    exit: int
    answer: Any


def in_child(work: Callable[[], Any]) -> Ended:
    """`work` was called in a fork, and what it returned has come back as JSON data.

    A child that raises writes its traceback to stderr and ends with 1.
    """
    return in_children([work])[0]


def in_children(works: Sequence[Callable[[], Any]]) -> list[Ended]:
    """As `in_child`, for pieces of work that go on at the same time; on Ctrl-C none of them goes on."""
    begun: list[tuple[int, int]] = []
    found = []
    try:
        for work in works:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # what runs at a fork would swallow it
            begun.append(_begun(work))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        while begun:
            child, reading = begun[0]
            with os.fdopen(reading, closefd=False) as pipe:
                told = pipe.read()
            _, status = os.waitpid(child, 0)
            os.close(reading)
            begun.pop(0)
            found.append(Ended(os.waitstatus_to_exitcode(status), json.loads(told) if told else None))
    finally:
        for child, reading in begun:
            _stop(child)
            os.close(reading)
    return found


def _begun(work: Callable[[], Any]) -> tuple[int, int]:
    """The process, and where its answer can be read."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # no child looks through what is there by now, so that its pages stay shared
    child = os.fork()
    if not child:
        os.close(reading)
        _live(work, writing)
    gc.unfreeze()
    os.close(writing)
    return child, reading


def _live(work: Callable[[], Any], writing: int) -> None:
    global _forked
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        if not _forked:
            os.setpgid(0, 0)  # Ctrl-C is for the parent, which ends the group
        _forked = True
        answer = json.dumps(work()).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        code = 0
    finally:
        error = sys.exception()
        if error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _stop(child: int) -> None:
    """The child is gone, and with it the children that it has."""
    if _forked:
        os.kill(child, signal.SIGKILL)
    else:
        with suppress(ProcessLookupError):  # it has no group of its own yet, and no children
            os.killpg(child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
