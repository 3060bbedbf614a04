"""A run of a flow, whether Glue's workflows or Step Functions see to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mesh_etl.errors import Fault, PlanError
from mesh_etl.operate.named import LOOKED_AT, WHOLE, meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh_etl.operate.runs import Run

GOING = frozenset({"RUNNING", "STOPPING"})
COMPLETED = "COMPLETED"  # what Glue says of every run that has ended by itself, whatever became of its jobs
GOOD = frozenset({COMPLETED, "SUCCEEDED"})


@dataclass(frozen=True)
class FlowRun:
    """One run of a flow; `state` is the word of the service that sees to it.

    `resumes` is the run that one of Glue goes on with, and `bad` how many of its jobs have not done their work. `done`
    is what an execution was told not to run again, products without their domain; a list of executions does not tell
    it.
    """

    id: str
    flow: str
    state: str
    started: datetime
    ended: datetime | None
    error: str
    resumes: str = ""
    done: tuple[str, ...] = ()
    bad: int = 0

    @property
    def said(self) -> str:
        """The state, and of Glue's, which are COMPLETED whatever became of the jobs, how many of these failed."""
        return f"{self.state}, {self.bad} failed" if self.bad else self.state

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state in GOING


@dataclass(frozen=True)
class Rest:
    """What is left of a run: the jobs of it that failed, the products that are done, and those that are to run."""

    failed: tuple[str, ...]
    done: tuple[str, ...]
    again: tuple[str, ...]


class Conductor(Protocol):
    """What sees to a flow: a workflow, or a state machine. All raise `RunError` as `explained` does."""

    @property
    def name(self) -> str:
        """What the account calls the flow."""

    def runs(self, limit: int) -> tuple[FlowRun, ...]:
        """The last runs, the newest first; none where the account has no such flow."""

    def run(self, identity: str) -> FlowRun:
        """The run of that id. Raises `PlanError` (UNKNOWN_RUN)."""

    def begun(self) -> str:
        """One run has begun, whatever became of the reply; returns its id.

        Raises `PlanError`: NOT_DEPLOYED; RUN_ACTIVE, worth a retry.
        """

    def resumed(self, run: FlowRun, rest: Rest) -> str:
        """A run of its own goes on where that one failed, whatever became of the reply; returns its id.

        Raises `PlanError`: NOT_RESUMABLE where that run cannot be gone on with; RUN_ACTIVE, worth a retry.
        """

    def jobs(self, run: FlowRun, jobs: Sequence[str]) -> dict[str, Run]:
        """The last run of each of the jobs in that run; those that did not run in it are left out."""

    def stop(self, identity: str) -> bool:
        """The run is stopping, with its jobs; False where it had ended. Raises `PlanError` (UNKNOWN_RUN)."""


def run_named(conductor: Conductor, asked: str) -> str:
    """The id of the run that is asked for, or of the one of the newest whose id begins so.

    Raises `PlanError` (UNKNOWN_RUN, RUN_AMBIGUOUS), and `RunError` as `explained` does.
    """
    if WHOLE.fullmatch(asked):
        return asked
    identity = meant(asked, [one.id for one in conductor.runs(LOOKED_AT)], conductor.name)
    if identity is None:
        raise unknown(conductor.name, asked)
    return identity


def unknown(flow: str, asked: str) -> PlanError:
    """The flow has no run of that id, or whose id begins so."""
    fix = "mesh-etl runs lists those that there are"
    return PlanError(Fault("UNKNOWN_RUN", f"the flow has no run '{asked}'", flow, fix))


def not_resumable(flow: str, problem: str) -> PlanError:
    """A run of the flow cannot be gone on with, for this reason."""
    return PlanError(Fault("NOT_RESUMABLE", problem, flow, "start the whole flow, or the job alone"))


def not_deployed(flow: str) -> PlanError:
    """The flow of the configuration is not in the account."""
    fix = "deploy it first: mesh-etl deploy; or start the job without what follows it: --alone"
    return PlanError(Fault("NOT_DEPLOYED", "the account has no such flow", flow, fix))
