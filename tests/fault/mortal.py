"""Runs a job in children that kill themselves: each line on stdin names a project and a step, stdout says what came.

Each child is a fork of a process that has loaded what those before it loaded, so that it begins at once. A step is the
moment after a call that changes something: one of the storage's or one of the catalogue's; and the moments before and
after the link that makes a ledger entry. A kill at any other moment leaves what a kill at the step before it leaves.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from mesh_etl import embedded_aws, worlds
from mesh_etl.config import load
from mesh_etl.crashtest.child import in_child
from mesh_etl.pipeline import run_job
from mesh_etl.quarantine.expire import expire
from mesh_etl.quarantine.replay import replay
from mesh_etl.quarantine.rows import Choice
from mesh_etl.run import engines
from mesh_etl.storage import local as storage
from mesh_etl.upkeep.compact import compact

CHANGES = ("Create", "Update", "Delete", "Batch")
LOADED = ("mesh_etl", "botocore", "pyarrow", "pandas", "numpy")  # what these import starts no threads


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


def live(root: Path, product: str, last: int, work: str) -> dict[str, Any]:
    """The job has run, or its refused rows were replayed or removed; returns the steps it took, and what it loaded."""
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
    return {"steps": fate.steps, "modules": [name for name in sys.modules if name.startswith(LOADED)]}


def warm(root: Path, product: str) -> None:
    """What every child begins with has been done once."""
    job = load(product, root)
    embedded_aws.client("glue", worlds.open(job.project.env, job.project.root).home)


for line in sys.stdin:
    order = json.loads(line)
    root, product = Path(order["root"]), order["product"]
    warm(root, product)
    ended = in_child(lambda: live(root, product, order["step"], order["work"]))  # noqa: B023 - it is called at once
    told = ended.answer or {"steps": [], "modules": []}
    for name in told["modules"]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    print(json.dumps({"exit": ended.exit, "steps": told["steps"]}), flush=True)
