"""Flows that a state machine of Step Functions sees to.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mesh_etl.deploy.synth.flow.states import going_on, skipped
from mesh_etl.errors import PlanError
from mesh_etl.operate.flow_runs import FlowRun, Rest, not_deployed, unknown
from mesh_etl.operate.history import runs_of
from mesh_etl.operate.listed import listed
from mesh_etl.operate.runs import RECENT, Run
from mesh_etl.operate.runs import run as of_job
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

GONE = ("StateMachineDoesNotExist", "StateMachineDeleting")
PREFIX = "mesh-etl-"  # of the names of executions that a person has started


@dataclass(frozen=True)
class Machine:
    """The state machine of that ARN, by a client of Step Functions; its runs are known by the names of executions."""

    states: Any
    glue: Any
    arn: str

    @property
    def name(self) -> str:
        """What the machine is called."""
        return self.arn.rpartition(":")[2]

    def runs(self, limit: int) -> tuple[FlowRun, ...]:
        """The last runs, the newest first; none where the account has no such machine."""
        from botocore.exceptions import ClientError

        with explained("states:ListExecutions", self.name):
            try:
                found = listed(self.states, "list_executions", "executions", limit, stateMachineArn=self.arn)
                return tuple(self._run(one) for one in found)
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
        return ()

    def run(self, identity: str) -> FlowRun:
        """The run of that id. Raises `PlanError` (UNKNOWN_RUN)."""
        from botocore.exceptions import ClientError

        with explained("states:DescribeExecution", self.name):
            try:
                return self._run(self.states.describe_execution(executionArn=self._execution(identity)))
            except ClientError as error:
                if code_of(error) != "ExecutionDoesNotExist":
                    raise
        raise unknown(self.name, identity)

    def begun(self) -> str:
        """One run has begun, whatever became of the reply; returns its id. Raises `PlanError`: NOT_DEPLOYED."""
        return self._begun({})

    def resumed(self, run: FlowRun, rest: Rest) -> str:
        """A run of its own goes on where that one failed; returns its id. Raises `PlanError`: NOT_DEPLOYED."""
        return self._begun(going_on(rest.done))

    def _begun(self, given: Mapping[str, Any]) -> str:
        """An execution has begun with this input. The same name again is the same execution while that runs."""
        from botocore.exceptions import BotoCoreError, ClientError

        identity = f"{PREFIX}{uuid.uuid4().hex}"
        with explained("states:StartExecution", self.name):
            try:
                self.states.start_execution(stateMachineArn=self.arn, name=identity, input=json.dumps(given))
            except ClientError as error:
                if code_of(error) in GONE:
                    raise not_deployed(self.name) from error
                if code_of(error) != "ExecutionAlreadyExists":  # its first attempt had arrived, and has ended since
                    raise
            except BotoCoreError:
                if identity not in {one.id for one in self.runs(RECENT)}:
                    raise
        return identity

    def jobs(self, run: FlowRun, jobs: Sequence[str]) -> dict[str, Run]:
        """The last run of each of the jobs in that run, by its history; one that Glue does not know is left out."""
        found: dict[str, Run] = {}
        for job, identity in self._started(run.id).items():
            if job in jobs:
                with suppress(PlanError):  # UNKNOWN_RUN: the job was removed since, and made again
                    found[job] = of_job(self.glue, job, identity)
        return found

    def _started(self, identity: str) -> dict[str, str]:
        """The runs of jobs that the execution has started. Raises `PlanError` (UNKNOWN_RUN)."""
        from botocore.exceptions import ClientError

        arn = self._execution(identity)
        with explained("states:GetExecutionHistory", self.name):
            try:
                return runs_of(listed(self.states, "get_execution_history", "events", None, executionArn=arn))
            except ClientError as error:
                if code_of(error) != "ExecutionDoesNotExist":
                    raise
                raise unknown(self.name, identity) from error

    def stop(self, identity: str) -> bool:
        """The run is stopping, with its jobs; False where it had ended. Raises `PlanError` (UNKNOWN_RUN)."""
        from botocore.exceptions import ClientError

        if not self.run(identity).active:
            return False
        with explained("states:StopExecution", self.name):
            try:
                self.states.stop_execution(executionArn=self._execution(identity), cause="mesh-etl stop")
            except ClientError as error:
                if code_of(error) != "ExecutionDoesNotExist":
                    raise
                raise unknown(self.name, identity) from error
        return True

    def _execution(self, identity: str) -> str:
        return f"{self.arn.replace(':stateMachine:', ':execution:')}:{identity}"

    def _run(self, found: Mapping[str, Any]) -> FlowRun:
        error = " ".join(str(one) for one in (found.get("error"), found.get("cause")) if one)
        return FlowRun(
            found["name"],
            self.name,
            found["status"],
            found["startDate"],
            found.get("stopDate"),
            error[:400],
            done=skipped(found.get("input", "{}")),
        )
