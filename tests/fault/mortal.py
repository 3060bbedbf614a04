"""Runs a job in children that kill themselves: each line on stdin names a project and a step, stdout says what came.

The libraries are imported once and each child is a fork, so that a child costs a tenth of a second. A step is the
moment after a call that changes something: one of the storage's or one of the catalogue's; and the moments before and
after the link that makes a ledger entry. A kill at any other moment leaves what a kill at the step before it leaves.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from mesh_etl import embedded_aws, worlds
from mesh_etl.config import load
from mesh_etl.kernels.write import spill  # noqa: F401 - imported before the first fork
from mesh_etl.pipeline import run_job
from mesh_etl.quarantine.expire import expire
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice
from mesh_etl.run import engines, execution  # noqa: F401
from mesh_etl.storage import local as storage
from mesh_etl.upkeep.compact import compact

CHANGES = ("Create", "Update", "Delete", "Batch")


class Fate:
    """Counts steps and ends the process at the one that is given; 0 lets it live."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: object, name: str) -> None:
        """`owner.name` is followed by steps from now on."""
        original = getattr(owner, name)

        def stepped(*args: object) -> object:
            if name == "link":
                self.step("before link")
            result = original(*args)
            self.step(f"after {name}")
            return result

        setattr(owner, name, stepped)

    def catalogue(self, operation: str, phase: str) -> None:
        if operation.startswith(CHANGES) and phase == "after":
            self.step(f"after {operation}")


def live(root: Path, product: str, last: int, work: str) -> list[str]:
    """The job has run, or its refused rows were replayed or removed; returns the steps it took."""
    fate = Fate(last)
    for name in ("create", "carry", "remove"):
        fate.around(storage.LocalStorage, name)
    fate.around(storage.os, "link")
    job = load(product, root)
    world = worlds.open(job.project.env, job.project.root)
    world._clients["glue", None] = embedded_aws.client("glue", world.home, fault=fate.catalogue)
    with engines.open("embedded", cores=2) as engine:
        if work == "run":
            run_job(job, engine, world)
        elif work == "replay":
            replay(job, engine, world, Choice())
        elif work == "compact":
            compact(job, engine, world)
        else:
            expire(job, world, everything=True)
    return fate.steps


for line in sys.stdin:
    order = json.loads(line)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        steps = live(Path(order["root"]), order["product"], order["step"], order.get("work", "run"))
        os.write(writing, json.dumps(steps).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "steps": json.loads(told or "[]")}), flush=True)
