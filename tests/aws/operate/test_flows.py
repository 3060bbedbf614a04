"""Products that follow each other, started, stopped, looked at and run again from the shell, in both orchestrations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from mesh_etl.testing.accounts import Accounts

from .conftest import CONTRACT, REGION, SHOP, Command, twice

STARTS = {
    "visits": {"type": "schedule", "at": "cron(0 6 * * ? *)"},
    "daily": {"type": "after", "products": ["shop.visits"]},
    "report": {"type": "after", "products": ["shop.daily"]},
}
WORKFLOW, MACHINE = "test-prod-shop--visits-scheduled", "test-prod-shop--visits"
ARN = f"arn:aws:states:{REGION}:{SHOP}:stateMachine:{MACHINE}"


def job(name: str) -> str:
    return f"test-prod-shop--{name}-run"


@pytest.fixture
def orchestration() -> str:
    return "triggers"


@pytest.fixture
def project(project: Path, orchestration: str) -> Path:
    """`visits` by the clock, `daily` after it, `report` after that."""
    mesh = json.loads((project / "configs/mesh.yaml").read_text())
    (project / "configs/mesh.yaml").write_text(json.dumps({**mesh, "deployment": {"orchestration": orchestration}}))
    plain = json.loads((project / "configs/shop/visits/job.yaml").read_text())
    for name, start in STARTS.items():
        folder = project / f"configs/shop/{name}"
        folder.mkdir(exist_ok=True)
        (folder / "contract.yaml").write_text(CONTRACT.replace("visits", name))
        stated = {**plain, "product": f"shop.{name}", "deploy": {"retries": 0, "start": start}}
        (folder / "job.yaml").write_text(json.dumps(stated))
    return project


def runs(accounts: Accounts, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = accounts.client("glue", "shop").get_job_runs(JobName=job(name))["JobRuns"]
    return found


def ran(accounts: Accounts, name: str, execution: str = "") -> None:
    """A run of the job has ended, which the execution of the machine started, or somebody."""
    glue = accounts.client("glue", "shop")
    if execution:
        run = accounts.run_by_machine("shop", execution, job(name))
    else:
        run = glue.start_job_run(JobName=job(name))["JobRunId"]
    for _ in range(3):
        glue.get_job_run(JobName=job(name), RunId=run)


def test_what_follows_runs_as_by_the_schedule(deployed: Command, accounts: Accounts) -> None:
    done = deployed("start", "shop.visits", "--wait")
    assert (done.code, done.err.split()[1::2]) == (0, ["RUNNING", "COMPLETED"])
    assert f"{WORKFLOW}: started run wr_" in done.out
    assert "shop.visits, then shop.daily, shop.report" in done.out
    assert [one["JobRunState"] for name in STARTS for one in runs(accounts, name)] == ["SUCCEEDED"] * 3
    (flow,) = deployed("runs", "shop.daily", "--json").document["flows"]
    assert (flow["name"], [one["state"] for one in flow["runs"]]) == (WORKFLOW, ["COMPLETED"])
    assert f"flow {WORKFLOW}: COMPLETED, since 2" in deployed("status", "shop").out
    assert [one["name"] for one in deployed("status", "shop.daily", "--json").document["units"][0]["flows"]] == [
        WORKFLOW
    ]


def test_alone_nothing_follows(deployed: Command, accounts: Accounts) -> None:
    done = deployed("start", "shop.visits", "--alone", "--wait")
    assert (done.code, "without what follows" in done.out) == (0, False)
    dated = deployed("start", "shop.visits", "--date", "2026-11-20", "--wait")
    assert "It runs alone, without what follows it: shop.daily, shop.report; mesh-etl start shop.visits" in dated.out
    middle = deployed("start", "shop.daily", "--wait")
    assert "without what follows it: shop.report; mesh-etl start shop.visits runs the whole flow" in middle.out
    assert "alone" not in deployed("start", "shop.report", "--wait").out
    assert [len(runs(accounts, name)) for name in STARTS] == [2, 1, 1]
    assert accounts.calls["glue.StartWorkflowRun"] == 0


def test_a_flow_is_started_once_at_a_time(deployed: Command, accounts: Accounts) -> None:
    first = deployed("start", "shop.visits", "--json").document
    refused = deployed("start", "shop.visits", "--json")
    assert (refused.code, refused.document["error"]["code"], refused.document["error"]["retryable"]) == (
        3,
        "RUN_ACTIVE",
        True,
    )
    assert first["run"] in refused.document["error"]["faults"][0]["problem"]
    assert len(runs(accounts, "visits")) == 1


def test_a_flow_does_not_start_while_its_first_job_runs_alone(deployed: Command, accounts: Accounts) -> None:
    alone = deployed("start", "shop.visits", "--alone", "--json").document["run"]
    refused = deployed("start", "shop.visits")
    assert (refused.code, f"as often as it may at once ({alone})" in refused.err) == (3, True)
    assert accounts.calls["glue.StartWorkflowRun"] == 0


def test_after_a_lost_reply_the_flow_that_was_started_is_found(deployed: Command, accounts: Accounts) -> None:
    accounts.fail("glue.StartWorkflowRun", ConnectionClosedError(endpoint_url="https://aws"), phase="after")
    started = deployed("start", "shop.visits", "--json")
    assert started.code == 0
    found = accounts.client("glue", "shop").get_workflow_runs(Name=WORKFLOW)["Runs"]
    assert [one["WorkflowRunId"] for one in found] == [started.document["run"]]
    accounts.fail("glue.StartWorkflowRun", ConnectionClosedError(endpoint_url="https://aws"))
    deployed("stop", "shop.visits")
    accounts.client("glue", "shop").get_workflow_run(Name=WORKFLOW, RunId=started.document["run"])
    accounts.client("glue", "shop").get_workflow_run(Name=WORKFLOW, RunId=started.document["run"])
    assert "[AWS_UNREACHABLE]" in deployed("start", "shop.visits").err


def test_a_start_of_a_flow_that_was_sent_again_is_one_run(mesh: Command, accounts: Accounts, project: Path) -> None:
    path = project / "configs/shop/visits/job.yaml"  # a flow that files start may run several times at once
    path.write_text(path.read_text().replace(json.dumps(STARTS["visits"]), '{"type": "files"}'))
    assert mesh("deploy", "shop", "--yes").code == 0
    twice(accounts, "StartWorkflowRun")
    started = mesh("start", "shop.visits", "--json").document
    found = accounts.client("glue", "shop").get_workflow_runs(Name=started["flow"])["Runs"]
    assert [one["Status"] for one in found] == ["STOPPING", "RUNNING"]
    assert found[1]["WorkflowRunId"] == started["run"]


def test_a_start_that_came_between_is_told_as_such(deployed: Command, accounts: Accounts) -> None:
    accounts.fail("glue.StartWorkflowRun", "ConcurrentRunsExceededException")
    refused = deployed("start", "shop.visits")
    assert (refused.code, "the flow runs already; wait for it" in refused.err) == (3, True)


@pytest.mark.parametrize("named", ["shop.visits", "shop.daily", "shop.report"])
def test_a_wait_fails_as_a_job_of_the_flow_does_and_a_retry_goes_on_from_there(
    deployed: Command, accounts: Accounts, named: str
) -> None:
    accounts.end_runs("shop", job("daily"), "FAILED", "SystemExit: 4")
    failed = deployed("start", "shop.visits", "--wait")
    assert failed.code == 4
    assert "[RUN_FAILED]" in failed.err
    assert "1 of its 3 jobs did not succeed; mend it, then mesh-etl retry shop.visits --env prod" in failed.err
    assert "did not run" in failed.out  # the report, which waits for what failed
    assert all("COMPLETED, 1 failed" in deployed(one, named).out for one in ("runs", "status"))  # Glue says COMPLETED
    still = deployed("retry", named, "--wait")
    assert (still.code, "1 of its 2 jobs did not succeed" in still.err) == (4, True)
    assert "where wr_" in still.out
    assert "failed: shop.daily, shop.report" in still.out
    accounts.end_runs("shop", job("daily"), "SUCCEEDED")
    again = deployed("retry", named, "--wait", "--json").document
    assert {one["product"]: one["run"]["state"] for one in again["runs"]} == {
        "shop.daily": "SUCCEEDED",
        "shop.report": "SUCCEEDED",
    }
    found = accounts.client("glue", "shop").get_workflow_runs(Name=WORKFLOW)["Runs"]
    assert [one.get("PreviousRunId") for one in found] == [again["resumes"], found[2]["WorkflowRunId"], None]
    assert [len(runs(accounts, name)) for name in STARTS] == [1, 3, 1]
    nothing = deployed("retry", named)
    assert (nothing.code, "and so are its jobs" in nothing.err) == (3, True)


def test_after_a_lost_reply_the_run_that_goes_on_is_found(deployed: Command, accounts: Accounts) -> None:
    accounts.end_runs("shop", job("daily"), "FAILED", "x")
    deployed("start", "shop.visits", "--wait")
    accounts.fail("glue.ResumeWorkflowRun", ConnectionClosedError(endpoint_url="https://aws"), phase="after")
    resumed = deployed("retry", "shop.daily", "--json").document["run"]
    found = accounts.client("glue", "shop").get_workflow_runs(Name=WORKFLOW)["Runs"]
    assert [one["WorkflowRunId"] for one in found[:-1]] == [resumed]
    busy = deployed("retry", "shop.daily", "--json").document["error"]
    assert (busy["code"], busy["retryable"]) == ("NOTHING_TO_RETRY", True)


def test_a_run_that_goes_on_and_is_stopped_between_two_jobs_is_not_done(deployed: Command, accounts: Accounts) -> None:
    accounts.end_runs("shop", job("daily"), "FAILED", "x")
    deployed("start", "shop.visits", "--wait")
    accounts.end_runs("shop", job("daily"), "SUCCEEDED")
    resumed = deployed("retry", "shop.daily", "--json").document["run"]
    client = accounts.client("glue", "shop")
    for _ in range(3):
        client.get_job_run(JobName=job("daily"), RunId=runs(accounts, "daily")[0]["Id"])
    client.stop_workflow_run(Name=WORKFLOW, RunId=resumed)
    for _ in range(3):
        client.get_workflow_run(Name=WORKFLOW, RunId=resumed)
    assert [[one["JobRunState"] for one in runs(accounts, name)][:1] for name in STARTS] == [["SUCCEEDED"]] * 2 + [[]]
    again = deployed("retry", "shop.visits")
    assert (again.code, "is STOPPED, from which Glue resumes nothing" in again.err) == (0, True)
    assert accounts.calls["glue.StartWorkflowRun"] == 2


def test_what_glue_does_not_resume_is_run_again_and_why_is_told(deployed: Command, accounts: Accounts) -> None:
    accounts.end_runs("shop", job("daily"), "FAILED", "x")
    deployed("start", "shop.visits", "--wait")
    accounts.fail("glue.ResumeWorkflowRun", "IllegalWorkflowStateException", times=2)
    alone = deployed("retry", "shop.daily")
    assert (alone.code, "[NOT_RESUMABLE]" in alone.err) == (0, True)
    assert "without what follows it: shop.report" in alone.out
    assert "as often as it may at once" in deployed("retry", "shop.visits").err  # the job that is to go on runs alone
    deployed("stop", "shop.daily", "--alone")
    for _ in range(3):
        accounts.client("glue", "shop").get_job_run(JobName=job("daily"), RunId=runs(accounts, "daily")[0]["Id"])
    whole = deployed("retry", "shop.visits")
    assert (whole.code, "[NOT_RESUMABLE]" in whole.err) == (0, True)
    assert accounts.calls["glue.StartWorkflowRun"] == 2


def test_a_flow_whose_first_job_never_ran_has_failed(deployed: Command, accounts: Accounts, project: Path) -> None:
    path = project / "configs/shop/visits/job.yaml"  # runs of a job that Glue tries again do not wait for each other
    path.write_text(path.read_text().replace('"retries": 0', '"retries": 1'))
    assert deployed("deploy", "shop", "--yes").code == 0
    deployed("start", "shop.visits", "--alone")
    client = accounts.client("glue", "shop")
    run = client.start_workflow_run(Name=WORKFLOW)["RunId"]  # by its schedule, while the job has no room
    for _ in range(2):
        client.get_workflow_run(Name=WORKFLOW, RunId=run)
    for _ in range(3):
        client.get_job_run(JobName=job("visits"), RunId=runs(accounts, "visits")[0]["Id"])
    again = deployed("retry", "shop.visits")
    assert (again.code, "has not tried to run what is to run again" in again.err) == (0, True)
    assert accounts.calls["glue.StartWorkflowRun"] == 2


def test_what_failed_alone_is_run_again_alone(deployed: Command, accounts: Accounts) -> None:
    deployed("start", "shop.visits", "--wait")
    accounts.end_runs("shop", job("visits"), "FAILED", "x")
    deployed("start", "shop.visits", "--date", "2026-11-20", "--wait")
    accounts.end_runs("shop", job("visits"), "SUCCEEDED")
    again = deployed("retry", "shop.visits", "--wait")
    assert (again.code, "It runs alone" in again.out) == (0, True)
    assert runs(accounts, "visits")[0]["Arguments"]["--date"] == "2026-11-20"
    assert [len(runs(accounts, name)) for name in STARTS] == [3, 1, 1]


def test_a_follower_that_failed_is_run_again_without_what_glue_had_told_it(
    deployed: Command, accounts: Accounts
) -> None:
    accounts.end_runs("shop", job("daily"), "FAILED", "x")
    of_flow = {"--WORKFLOW_NAME": WORKFLOW, "--WORKFLOW_RUN_ID": "wr_1", "--k": "v"}
    client = accounts.client("glue", "shop")
    run = client.start_job_run(JobName=job("daily"), Arguments=of_flow)["JobRunId"]
    for _ in range(3):
        client.get_job_run(JobName=job("daily"), RunId=run)
    again = deployed("retry", "shop.daily")
    assert "without what follows it: shop.report" in again.out
    assert runs(accounts, "daily")[0]["Arguments"].keys() == {"--k", "--start-token"}


def test_a_stop_ends_the_flow_and_nothing_follows(deployed: Command, accounts: Accounts) -> None:
    run = deployed("start", "shop.visits", "--json").document["run"]
    stopped = deployed("stop", "shop.visits")
    assert f"{WORKFLOW}: 1 run stopping, with all jobs: {run}" in stopped.out
    client = accounts.client("glue", "shop")
    for _ in range(3):
        client.get_workflow_run(Name=WORKFLOW, RunId=run)
    assert [one["JobRunState"] for name in STARTS for one in runs(accounts, name)] == ["STOPPED"]
    assert "nothing runs" in deployed("stop", "shop.visits").out
    ended = deployed("stop", "shop.visits", "--run", run)
    assert (ended.code, "it is STOPPED" in ended.err) == (4, True)
    assert "[UNKNOWN_RUN]" in deployed("stop", "shop.visits", "--run", "wr_none").err
    again = deployed("retry", "shop.visits")
    assert (again.code, "is STOPPED, from which Glue resumes nothing" in again.err) == (0, True)
    assert accounts.calls["glue.StartWorkflowRun"] == 2


def test_a_stop_alone_lets_the_flow_go_on(deployed: Command, accounts: Accounts) -> None:
    deployed("start", "shop.visits")
    document = deployed("stop", "shop.visits", "--alone", "--json").document
    assert (len(document["stopping"]), document["stopping_flow"]) == (1, [])
    assert accounts.calls["glue.StopWorkflowRun"] == 0


def test_before_a_deploy_the_flow_is_told_as_not_there(mesh: Command) -> None:
    refused = mesh("start", "shop.visits")
    assert (refused.code, "[NOT_DEPLOYED]" in refused.err) == (3, True)


@pytest.mark.parametrize("orchestration", ["step_functions"])
class TestMachine:
    """The same by a state machine, whose runs are executions."""

    def test_it_is_started_waited_for_and_stopped(self, deployed: Command, accounts: Accounts) -> None:
        done = deployed("start", "shop.visits", "--wait")
        assert (done.code, done.err.split()[1::2]) == (0, ["RUNNING", "SUCCEEDED"])
        assert f"{MACHINE}: SUCCEEDED" in done.out
        run = deployed("start", "shop.visits", "--json").document["run"]
        assert "[RUN_ACTIVE]" in deployed("start", "shop.visits").err
        assert deployed("stop", "shop.visits", "--json").document["stopping_flow"] == [run]
        (flow,) = deployed("runs", "shop.visits", "--json").document["flows"]
        assert [one["state"] for one in flow["runs"]] == ["ABORTED", "SUCCEEDED"]
        assert "it is ABORTED" in deployed("stop", "shop.visits", "--run", run).err
        assert "[UNKNOWN_RUN]" in deployed("stop", "shop.visits", "--run", "x").err

    def test_a_lost_reply_starts_nothing_twice(self, deployed: Command, accounts: Accounts) -> None:
        accounts.fail("stepfunctions.StartExecution", ConnectionClosedError(endpoint_url="https://aws"), phase="after")
        started = deployed("start", "shop.visits", "--json")
        (flow,) = deployed("status", "shop", "--json").document["units"][0]["flows"]
        assert [one["id"] for one in flow["runs"]] == [started.document["run"]]

    def test_an_execution_that_failed_is_an_error_and_is_run_again(self, deployed: Command, accounts: Accounts) -> None:
        accounts.end_executions("shop", MACHINE, "FAILED")
        failed = deployed("start", "shop.visits", "--wait")
        assert (failed.code, "[FLOW_FAILED]" in failed.err) == (4, True)
        accounts.end_executions("shop", MACHINE, "SUCCEEDED")
        assert deployed("retry", "shop.visits").code == 0
        assert "[NOTHING_TO_RETRY]" in deployed("retry", "shop.visits").err

    def test_an_execution_goes_on_with_what_is_not_done(self, deployed: Command, accounts: Accounts) -> None:
        accounts.end_executions("shop", MACHINE, "ABORTED")
        failed = deployed("start", "shop.visits", "--json").document["run"]
        client = accounts.client("stepfunctions", "shop")
        (execution,) = client.list_executions(stateMachineArn=ARN)["executions"]
        for _ in range(2):
            client.describe_execution(executionArn=execution["executionArn"])
        accounts.end_runs("shop", job("daily"), "FAILED", "x")
        for name in ("visits", "daily"):
            ran(accounts, name, execution["executionArn"])
        accounts.end_runs("shop", job("daily"), "SUCCEEDED")
        ran(accounts, "daily")  # alone, which the flow does not count
        resumed = deployed("retry", "shop.report", "--json").document
        assert (resumed["resumes"], resumed["products"]) == (failed, ["shop.daily", "shop.report"])
        named = execution["executionArn"].replace(failed, resumed["run"])
        assert json.loads(client.describe_execution(executionArn=named)["input"]) == {"done": {"visits": "SUCCEEDED"}}
        for _ in range(2):
            client.describe_execution(executionArn=named)
        again = deployed("retry", "shop.visits", "--json").document
        assert again["products"] == ["shop.daily", "shop.report"]
        named = execution["executionArn"].replace(failed, again["run"])
        for _ in range(2):
            client.describe_execution(executionArn=named)
        for name in ("daily", "daily", "report"):  # the machine has tried one of them twice
            ran(accounts, name, named)
        assert "have succeeded; start a new one" in deployed("retry", "shop.visits").err

    def test_before_a_deploy_the_machine_is_told_as_not_there(self, mesh: Command) -> None:
        assert "[NOT_DEPLOYED]" in mesh("start", "shop.visits").err
