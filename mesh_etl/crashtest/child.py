"""Work in a process of its own, which may be killed: a fork of one that has started no thread yet."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

KILLED = -9


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
    """As `in_child`, for pieces of work that go on at the same time."""
    begun = [_begun(work) for work in works]
    found = []
    for child, reading in begun:
        with os.fdopen(reading) as pipe:
            told = pipe.read()
        _, status = os.waitpid(child, 0)
        found.append(Ended(os.waitstatus_to_exitcode(status), json.loads(told) if told else None))
    return found


def _begun(work: Callable[[], Any]) -> tuple[int, int]:
    """The process, and where its answer can be read."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        _live(work, writing)
    os.close(writing)
    return child, reading


def _live(work: Callable[[], Any], writing: int) -> None:
    code = 1
    try:
        answer = json.dumps(work()).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
