"""A run of a flow, whether Glue's workflows or Step Functions see to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mesh_etl.errors import Fault, PlanError

GOING = frozenset({"RUNNING", "STOPPING"})
GOOD = frozenset({"COMPLETED", "SUCCEEDED"})  # Glue says COMPLETED of a run whose jobs have failed as well


@dataclass(frozen=True)
class FlowRun:
    """One run of a flow; `state` is the word of the service that sees to it."""

    id: str
    flow: str
    state: str
    started: datetime
    ended: datetime | None
    error: str

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state in GOING


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

    def stop(self, identity: str) -> bool:
        """The run is stopping, with its jobs; False where it had ended. Raises `PlanError` (UNKNOWN_RUN)."""


def unknown(flow: str, identity: str) -> PlanError:
    """The flow has no run of that id."""
    fix = "mesh-etl runs lists those that there are"
    return PlanError(Fault("UNKNOWN_RUN", f"the flow has no run '{identity}'", flow, fix))


def not_deployed(flow: str) -> PlanError:
    """The flow of the configuration is not in the account."""
    fix = "deploy it first: mesh-etl deploy; or start the job without what follows it: --alone"
    return PlanError(Fault("NOT_DEPLOYED", "the account has no such flow", flow, fix))
