"""Jobs and their runs. A run is as far as it was when somebody last asked for it by its id, and then goes on.

Nothing is executed: how a run ends is said beforehand, SUCCEEDED otherwise.
Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal, missing
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB, RUN, OUTCOME = "glue.job", "glue.run", "glue.outcome"
ACTIVE = ("STARTING", "RUNNING", "STOPPING", "WAITING")
MOST = 200  # runs of a page


def ending(call: Call, job: str, state: str, message: str = "") -> None:
    """The job's runs end in that state from now on, with that error message."""
    records.put(call, OUTCOME, job, {"state": state, "message": message})


@operation("glue.GetJob", "JobName")
def get_job(call: Call) -> Body:
    """The job."""
    job = _job(call)
    told = ("DefaultArguments", "GlueVersion", "MaxRetries", "Role", "SecurityConfiguration", "WorkerType")
    return {"Job": {"Name": call["JobName"], **{name: job[name] for name in told if name in job}}}


@operation("glue.StartJobRun", "JobName", "Arguments", "ExecutionRoleSessionPolicy", writes=True)
def start_job_run(call: Call) -> Body:
    """A run has begun, where the job may have one more."""
    return {"JobRunId": begun(call, call["JobName"], call.get("Arguments", {}))["Id"]}


def begun(call: Call, name: str, arguments: Body, about: Body | None = None) -> Body:
    """The new run of the job, of which `about` tells more.

    Raises `Refusal` where there is no such job, or it runs as often as it may and its runs do not wait for each other.
    """
    job = records.get(call, JOB, name)
    if job is None:
        raise missing(f"Job {name}")
    waits = not _room(call, job, name)
    if waits and not job.get("JobRunQueuingEnabled"):
        raise Refusal("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
    run: Body = {
        "Id": f"jr_{uuid.uuid4().hex}{uuid.uuid4().hex}",
        "Attempt": 0,
        "JobName": name,
        "StartedOn": call.now,
        "LastModifiedOn": call.now,
        "JobRunState": "WAITING" if waits else "STARTING",
        "Arguments": arguments,
        "ExecutionTime": 0,
        "WorkerType": job.get("WorkerType", "G.1X"),
        "NumberOfWorkers": job.get("NumberOfWorkers", 2),
        "LogGroupName": "/aws-glue/jobs",
        "GlueVersion": job.get("GlueVersion", "5.1"),
        **(about or {}),
    }
    _keep(call, run)
    return run


@operation("glue.GetJobRun", "JobName", "RunId", writes=True)
def get_job_run(call: Call) -> Body:
    """The run, which then goes on: it starts, runs, and ends."""
    _job(call)
    run = next((one for _, one in _runs(call, call["JobName"]) if one["Id"] == call["RunId"]), None)
    if run is None:
        raise missing(f"JobRun {call['RunId']}")
    told = dict(run)
    if told["JobRunState"] == "FAILED":
        _try_again(call, run)
    else:
        further(call, run)
    return {"JobRun": told}


def _try_again(call: Call, run: Body) -> None:
    """The job runs again, as often as it may; not before somebody has seen that it failed."""
    first, attempt = run["Id"].partition("_attempt_")[0], run["Attempt"] + 1
    known = {one["Id"] for _, one in _runs(call, run["JobName"])}
    again = {"Id": f"{first}_attempt_{attempt}", "Attempt": attempt, "PreviousRunId": run["Id"]}
    if attempt <= int(_job(call).get("MaxRetries", 0)) and again["Id"] not in known:
        begun(call, run["JobName"], run["Arguments"], again)


def further(call: Call, run: Body) -> Body:
    """The run a step further: it starts, runs or stops, and ends; one that waits starts once there is room."""
    if run["JobRunState"] == "WAITING":
        run["JobRunState"] = "STARTING" if _room(call, _job(call, run["JobName"]), run["JobName"]) else "WAITING"
        _keep(call, run)
        return run
    outcome = records.get(call, OUTCOME, run["JobName"]) or {"state": "SUCCEEDED", "message": ""}
    run["JobRunState"] = {"STARTING": "RUNNING", "RUNNING": outcome["state"], "STOPPING": "STOPPED"}.get(
        run["JobRunState"], run["JobRunState"]
    )
    if run["JobRunState"] not in ACTIVE and "CompletedOn" not in run:
        run |= {"CompletedOn": call.now, "ExecutionTime": 60, "DPUSeconds": 120.0}
        run |= {"ErrorMessage": outcome["message"]} if outcome["message"] else {}
    _keep(call, run)
    return run


def stopping(call: Call, run: Body) -> None:
    """The run is stopping, unless it has ended."""
    if run["JobRunState"] in ACTIVE:
        _keep(call, {**run, "JobRunState": "STOPPING"})


def named(call: Call, job: str, identity: str) -> Body:
    """The run of that id."""
    return next(one for _, one in _runs(call, job) if one["Id"] == identity)


@operation("glue.GetJobRuns", "JobName", "MaxResults", "NextToken")
def get_job_runs(call: Call) -> Body:
    """The runs of the job, the newest first, in pages."""
    _job(call)
    return paged(call, "JobRuns", _runs(call, call["JobName"]), MOST, newest_first=True)


@operation("glue.BatchStopJobRun", "JobName", "JobRunIds", writes=True)
def batch_stop_job_run(call: Call) -> Body:
    """The runs are stopping, but for those that have an error."""
    _job(call)
    runs = {one["Id"]: one for _, one in _runs(call, call["JobName"])}
    done, errors = [], []
    for asked in call["JobRunIds"]:
        run = runs.get(asked)
        about = {"JobName": call["JobName"], "JobRunId": asked}
        if run is None:
            errors.append({**about, "ErrorDetail": _detail("EntityNotFoundException", "JobRun not found")})
        elif run["JobRunState"] not in ACTIVE:
            words = f"Job run {asked} is in {run['JobRunState']} state and cannot be stopped"
            errors.append({**about, "ErrorDetail": _detail("InvalidInputException", words)})
        else:
            stopping(call, run)
            done.append(about)
    return {"SuccessfulSubmissions": done, "Errors": errors}


def _room(call: Call, job: Body, name: str) -> bool:
    """Whether the job may have one more run at once."""
    going = [one for _, one in _runs(call, name) if one["JobRunState"] in ACTIVE and one["JobRunState"] != "WAITING"]
    return len(going) < int(job.get("ExecutionProperty", {}).get("MaxConcurrentRuns", 1))


def _job(call: Call, name: str = "") -> Body:
    found = records.get(call, JOB, name or call["JobName"])
    if found is None:
        raise missing(f"Job {name or call['JobName']}")
    return found


def _runs(call: Call, job: str) -> Iterator[tuple[str, Body]]:
    return records.named(call, RUN, f"{job}|")


def _keep(call: Call, run: Body) -> None:
    records.put(call, RUN, f"{run['JobName']}|{run['StartedOn']:020.6f}|{run['Id']}", run)


def _detail(code: str, message: str) -> Body:
    return {"ErrorCode": code, "ErrorMessage": message}
