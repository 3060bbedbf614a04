"""Flows that a workflow of Glue sees to.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mesh_etl.operate.flow_runs import GOING, FlowRun, not_deployed, unknown
from mesh_etl.operate.runs import RECENT, busy
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

TOKEN = "start-token"  # a run property that nothing reads: by it a run is found whose id was lost
GONE = "EntityNotFoundException"


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
        from botocore.exceptions import BotoCoreError, ClientError

        token = uuid.uuid4().hex
        with explained("glue:StartWorkflowRun", self.name):
            try:
                return str(self.glue.start_workflow_run(Name=self.name, RunProperties={TOKEN: token})["RunId"])
            except ClientError as error:
                if code_of(error) == GONE:
                    raise not_deployed(self.name) from error
                if code_of(error) != "ConcurrentRunsExceededException":
                    raise
                refusal: Exception = error
            except BotoCoreError as error:
                refusal = error
            # The reply to an attempt may have been lost, and botocore has then asked again: is it our own that runs?
            found = self._runs(RECENT)
            ours = [one for one in found if one.get("WorkflowRunProperties", {}).get(TOKEN) == token]
            if ours:
                return str(ours[0]["WorkflowRunId"])
            if isinstance(refusal, BotoCoreError):
                raise refusal
        active = [str(one["WorkflowRunId"]) for one in found if one["Status"] in GOING]
        raise busy(self.name, "the flow runs already", active) from refusal

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

    def _runs(self, limit: int) -> list[Mapping[str, Any]]:
        from botocore.exceptions import ClientError

        def pages() -> Any:
            size = {"PageSize": max(1, min(limit, 1000))}
            for page in self.glue.get_paginator("get_workflow_runs").paginate(Name=self.name, PaginationConfig=size):
                yield from page["Runs"]

        with explained("glue:GetWorkflowRuns", self.name):
            try:
                return list(islice(pages(), limit))
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
    )
