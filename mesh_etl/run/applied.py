"""A step of a job on the frame before it; what is wrong with it is told with its line in the job file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, MeshError
from mesh_etl.run.engines import translated
from mesh_etl.transforms.base import Context

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from mesh_etl.config import LoadedJob
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine

_STEP = re.compile(r"transforms\[([0-9]+)\](?:\.(.*))?")


def applied(
    plan: Plan,
    index: int,
    frame: DataFrame,
    inputs: Mapping[str, DataFrame],
    engine: Engine,
    secret: Callable[[str], str],
) -> DataFrame:
    """The frame after the step of this number; lazy. Raises what the step raises, each fault with its line."""
    with placed(plan.job, index):
        return plan.steps[index].apply(frame, Context(engine.session(), inputs, secret, f"transforms[{index}]"))


@contextmanager
def placed(job: LoadedJob, index: int) -> Iterator[None]:
    """What is raised inside is told as a fault of the step of this number."""
    try:
        with translated(f"transforms[{index}]"):
            yield
    except MeshError as error:
        raise type(error)(*(_placed(job, fault) for fault in error.faults), retryable=error.retryable) from None


def _placed(job: LoadedJob, fault: Fault) -> Fault:
    """The fault with the line of the key that it names, in front of the name."""
    found = _STEP.fullmatch(fault.where)
    if found is None:
        return fault
    keys = found[2].split(".") if found[2] else []
    return replace(fault, where=f"{job.where('transforms', int(found[1]), *keys)}: {fault.where}")
