"""Flows that a workflow of Glue sees to.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_etl.operate.flow_runs import COMPLETED, GOING, FlowRun, Rest, not_deployed, not_resumable, unknown
from mesh_etl.operate.listed import listed
from mesh_etl.operate.runs import RECENT, Run, busy, told
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained, words_of

TOKEN = "start-token"  # a run property that nothing reads: by it a run is found whose id was lost
GONE = "EntityNotFoundException"
BAD = ("FailedActions", "TimeoutActions", "StoppedActions", "ErroredActions")  # of the statistics of a run
UNFIT = ("IllegalWorkflowStateException", "InvalidInputException")  # what a run is that cannot be resumed all the same


@dataclass(frozen=True)
class Workflow:
    """The workflow of that name, by a client of Glue."""

    glue: Any
    name: str

    def runs(self, limit: int) -> tuple[FlowRun, ...]:
        """The last runs, the newest first; none where the account has no such workflow."""
        return tuple(_run(one) for one in self._runs(limit))

    def run(self, identity: str) -> FlowRun:
        """The run of that id. Raises `PlanError` (UNKNOWN_RUN)."""
        from botocore.exceptions import ClientError

        with explained("glue:GetWorkflowRun", self.name):
            try:
                return _run(self.glue.get_workflow_run(Name=self.name, RunId=identity)["Run"])
            except ClientError as error:
                if code_of(error) != GONE:
                    raise
        raise unknown(self.name, identity)

    def begun(self) -> str:
        """One run has begun, whatever became of the reply; returns its id.

        Raises `PlanError`: NOT_DEPLOYED; RUN_ACTIVE, worth a retry.
        """
        token = uuid.uuid4().hex
        return self._once(
            "glue:StartWorkflowRun",
            lambda: self.glue.start_workflow_run(Name=self.name, RunProperties={TOKEN: token}),
            lambda one: one.get("WorkflowRunProperties", {}).get(TOKEN) == token,
        )

    def resumed(self, run: FlowRun, rest: Rest) -> str:
        """A run of its own goes on where that one failed, whatever became of the reply; returns its id.

        The jobs that failed run again, and all that follows them.
        Raises `PlanError`: NOT_RESUMABLE; RUN_ACTIVE, worth a retry.
        Source: https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html
        """
        if run.state != COMPLETED:
            raise not_resumable(self.name, f"run {run.id} is {run.state}, from which Glue resumes nothing")
        nodes = {name: one["UniqueId"] for name, one in self._nodes(run.id).items()}
        if not rest.failed or not nodes.keys() >= set(rest.failed):
            raise not_resumable(self.name, f"run {run.id} has not tried to run what is to run again")
        before = {str(one["WorkflowRunId"]) for one in self._runs(RECENT)}
        return self._once(
            "glue:ResumeWorkflowRun",
            lambda: self.glue.resume_workflow_run(
                Name=self.name, RunId=run.id, NodeIds=[nodes[job] for job in rest.failed]
            ),
            lambda one: one.get("PreviousRunId") == run.id and one["WorkflowRunId"] not in before,
            UNFIT,
        )

    def jobs(self, run: FlowRun, jobs: Sequence[str]) -> dict[str, Run]:
        """The last run of each of the jobs in that run; those that did not run in it are left out."""
        nodes = self._nodes(run.id)
        tried = {job: [told(one) for one in nodes[job]["JobDetails"]["JobRuns"]] for job in jobs if job in nodes}
        return {job: max(several, key=lambda one: (one.started, one.attempt)) for job, several in tried.items()}

    def stop(self, identity: str) -> bool:
        """The run is stopping, with its jobs; False where it had ended. Raises `PlanError` (UNKNOWN_RUN)."""
        from botocore.exceptions import ClientError

        with explained("glue:StopWorkflowRun", self.name):
            try:
                self.glue.stop_workflow_run(Name=self.name, RunId=identity)
            except ClientError as error:
                if code_of(error) == GONE:
                    raise unknown(self.name, identity) from error
                if code_of(error) != "IllegalWorkflowStateException":
                    raise
                return False
        return True

    def _once(
        self,
        action: str,
        ask: Callable[[], Mapping[str, Any]],
        is_ours: Callable[[Mapping[str, Any]], bool],
        unfit: tuple[str, ...] = (),
    ) -> str:
        """The id of the one run that `ask` begins, which is looked for where its reply was lost.

        Raises `PlanError`: NOT_DEPLOYED; NOT_RESUMABLE for a refusal of `unfit`; RUN_ACTIVE, worth a retry.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        with explained(action, self.name):
            refusal: Exception | None = None
            try:
                answer = ask()
                if not answer["ResponseMetadata"].get("RetryAttempts"):
                    return str(answer["RunId"])
            except ClientError as error:
                if code_of(error) == GONE:
                    raise not_deployed(self.name) from error
                if code_of(error) in unfit:
                    raise not_resumable(self.name, f"Glue resumes nothing: {words_of(error)}") from error
                if code_of(error) != "ConcurrentRunsExceededException":
                    raise
                refusal = error
            except BotoCoreError as error:
                refusal = error
            # The reply to an attempt may have been lost, and botocore has then asked again: is it our own that runs, or
            # do two?
            found = self._runs(RECENT)
            ours = [str(one["WorkflowRunId"]) for one in found if is_ours(one)]
            for more in ours[:-1]:
                self.stop(more)
            if ours:
                return ours[-1]
            if refusal is None:  # the list does not have it yet
                return str(answer["RunId"])
            if isinstance(refusal, BotoCoreError):
                raise refusal
        active = [str(one["WorkflowRunId"]) for one in found if one["Status"] in GOING]
        raise busy(self.name, "the flow runs already", active) from refusal

    def _nodes(self, identity: str) -> dict[str, Mapping[str, Any]]:
        """The nodes of the jobs that the run has tried to run, by the job's name."""
        with explained("glue:GetWorkflowRun", self.name):
            run = self.glue.get_workflow_run(Name=self.name, RunId=identity, IncludeGraph=True)["Run"]
        nodes = run.get("Graph", {}).get("Nodes", ())
        return {one["Name"]: one for one in nodes if one.get("JobDetails", {}).get("JobRuns")}

    def _runs(self, limit: int) -> list[Mapping[str, Any]]:
        from botocore.exceptions import ClientError

        with explained("glue:GetWorkflowRuns", self.name):
            try:
                return list(listed(self.glue, "get_workflow_runs", "Runs", limit, Name=self.name))
            except ClientError as error:
                if code_of(error) != GONE:
                    raise
        return []


def _run(found: Mapping[str, Any]) -> FlowRun:
    return FlowRun(
        found["WorkflowRunId"],
        found["Name"],
        found["Status"],
        found["StartedOn"],
        found.get("CompletedOn"),
        found.get("ErrorMessage", ""),
        found.get("PreviousRunId", ""),
        bad=sum(found.get("Statistics", {}).get(name, 0) for name in BAD),
    )
