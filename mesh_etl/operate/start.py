"""A run is started once, whatever becomes of the reply, and waited for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mesh_etl.deploy.stacks import pace
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.operate.runs import RECENT, Run, busy, not_deployed, run, runs
from mesh_etl.operate.stop import stopped
from mesh_etl.worlds.error_codes import code_of
from mesh_etl.worlds.refusals import explained

TOKEN = "--start-token"  # an argument that no job reads: by it a run is found whose id was lost
POLICY = "ExecutionRoleSessionPolicy"
LOOKS = 12  # for a run by which Glue tries again, after one has failed: half a minute or more
LONGEST_POLICY = 2048  # characters, as Glue's API says


def started(glue: Any, job: str, arguments: Mapping[str, str], policy: str = "") -> str:
    """One run of the job has begun with these arguments beside the job's own; returns its id.

    `policy`, an IAM policy as JSON, narrows what this run may do to less than the job's role may.
    Raises `PlanError`: RUN_ACTIVE, worth a retry, where the job runs as often as it may at once, NOT_DEPLOYED; and as
    `explained` does.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    token = uuid.uuid4().hex
    asked: dict[str, Any] = {"JobName": job, "Arguments": {**arguments, TOKEN: token}}
    if policy:
        asked[POLICY] = policy
    with explained("glue:StartJobRun", job):
        refusal: Exception | None = None
        try:
            answer = glue.start_job_run(**asked)
            if not answer["ResponseMetadata"].get("RetryAttempts"):
                return str(answer["JobRunId"])
        except ClientError as error:
            code = code_of(error)
            if code == "EntityNotFoundException":
                raise not_deployed(job) from error
            if code != "ConcurrentRunsExceededException":
                raise
            refusal = error
        except BotoCoreError as error:
            refusal = error
        # The reply to an attempt may have been lost, and botocore has then asked again: is it our own that runs, or do
        # two, where the job may run so often or its runs wait for each other?
        found = runs(glue, job, RECENT)
        ours = [one.id for one in found if one.arguments.get(TOKEN) == token]
        if ours[1:]:
            stopped(glue, job, ours[:-1])
        if ours:
            return ours[-1]
        if refusal is None:  # the list does not have it yet
            return str(answer["JobRunId"])
        if isinstance(refusal, BotoCoreError):
            raise refusal
    active = [one.id for one in found if one.active]
    raise busy(job, "the job runs as often as it may at once", active) from refusal


def session_policy(glue: Any, path: Path) -> str:
    """The policy in the file, in as few characters as it takes.

    Raises `ConfigError`: BAD_POLICY; BOTO3_OLD where this boto3 cannot send one.
    """
    where = str(path)
    members = glue.meta.service_model.operation_model("StartJobRun").input_shape.members
    if POLICY not in members:
        fix = "pip install --upgrade boto3"
        raise ConfigError(Fault("BOTO3_OLD", "this boto3 cannot narrow a run by a policy", where, fix))
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem, fix = f"cannot be read as JSON ({type(error).__name__})", "name a file with an IAM policy in JSON"
        raise ConfigError(Fault("BAD_POLICY", problem, where, fix)) from error
    text = json.dumps(document, separators=(",", ":"))
    if not isinstance(document, dict) or "Statement" not in document or len(text) > LONGEST_POLICY:
        problem = f"is no IAM policy of at most {LONGEST_POLICY} characters"
        raise ConfigError(Fault("BAD_POLICY", problem, where, "state Version and Statement"))
    return text


def awaited(glue: Any, job: str, identity: str, told: Callable[[Run], None] = lambda _: None) -> Run:
    """The run has ended, or the last of those by which Glue tries again a while after it; each new state is told."""
    state, looks = "", 0
    for pause in pace.pauses():
        found = run(glue, job, identity)
        if found.state != state:
            state = found.state
            told(found)
        if not found.active:
            again = next((one for one in runs(glue, job, RECENT) if one.previous == identity), None)
            if again is not None and found.failed:
                identity, state, looks = again.id, "", 0
            elif not found.failed or looks >= LOOKS or found.attempt >= _retries(glue, job):
                return found
            else:
                looks += 1
        pause()
    raise AssertionError("the pauses do not end")


def _retries(glue: Any, job: str) -> int:
    """How often Glue tries the job again."""
    with explained("glue:GetJob", job):
        return int(glue.get_job(JobName=job)["Job"].get("MaxRetries", 0))
