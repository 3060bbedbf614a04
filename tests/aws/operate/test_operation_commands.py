"""Jobs of a unit, started, stopped, looked at and run again from the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from mesh_etl.deploy.stacks import assembled
from mesh_etl.deploy.stacks.resources import resources
from mesh_etl.errors import Fault, RunError
from mesh_etl.glue import told
from mesh_etl.testing.accounts import Accounts

from .conftest import JOB, Command, twice


def runs(mesh: Command) -> list[dict[str, object]]:
    found: list[dict[str, object]] = mesh("runs", "shop.visits", "--json").document["runs"]
    return found


def group(accounts: Accounts, kind: str = "output") -> str:
    """The log group that the stack has made, which is where Glue writes."""
    made = resources(accounts.client("cloudformation", "shop"), "test-prod-shop")
    (found,) = [one.physical for one in made if one.type == "AWS::Logs::LogGroup" and one.physical.endswith(kind)]
    return found


def test_a_run_is_started_waited_for_and_listed(deployed: Command) -> None:
    assert "has not run yet\nnext: mesh-etl start shop.visits" in deployed("runs", "shop.visits").out
    done = deployed("start", "shop.visits", "--date", "2026-11-20", "--wait")
    assert done.code == 0
    assert "SUCCEEDED in 1 min 0 s, 0.033 DPU-hours" in done.out
    assert [line.partition(": ")[2] for line in done.err.splitlines()] == ["STARTING", "RUNNING", "SUCCEEDED"]
    (run,) = runs(deployed)
    assert (run["state"], run["seconds"], run["attempt"]) == ("SUCCEEDED", 60, 0)


def test_a_job_that_runs_is_not_started_again(deployed: Command) -> None:
    assert deployed("start", "shop.visits").code == 0
    refused = deployed("start", "shop.visits", "--json")
    error = refused.document["error"]
    assert (refused.code, error["code"], error["retryable"]) == (3, "RUN_ACTIVE", True)
    assert str(runs(deployed)[0]["id"]) in error["faults"][0]["problem"]


def test_a_run_for_which_there_is_no_room_waits_where_glue_lets_it(deployed: Command, accounts: Accounts) -> None:
    """A schedule's is not lost so; one that a person starts is refused before."""
    glue = accounts.client("glue", "shop")
    first, second = (glue.start_job_run(JobName=JOB)["JobRunId"] for _ in range(2))

    def states() -> list[str]:
        return [glue.get_job_run(JobName=JOB, RunId=one)["JobRun"]["JobRunState"] for one in (first, second)]

    assert [states() for _ in range(3)] == [["STARTING", "WAITING"], ["RUNNING", "WAITING"], ["SUCCEEDED", "STARTING"]]


def test_after_a_lost_reply_the_run_that_was_started_is_found(deployed: Command, accounts: Accounts) -> None:
    accounts.fail("glue.StartJobRun", ConnectionClosedError(endpoint_url="https://aws"), phase="after")
    started = deployed("start", "shop.visits", "--json")
    assert started.code == 0
    assert [one["id"] for one in runs(deployed)] == [started.document["run"]]


def test_a_start_that_was_sent_again_is_one_run(deployed: Command, accounts: Accounts, project: Path) -> None:
    path = project / "configs/shop/visits/job.yaml"
    path.write_text(path.read_text().replace('"retries": 0', '"retries": 0, "concurrent_runs": 3'))
    assert deployed("deploy", "shop", "--yes").code == 0
    twice(accounts, "StartJobRun")
    run = deployed("start", "shop.visits", "--json").document["run"]
    newer, older = runs(deployed)
    assert (newer["state"], older["state"], older["id"]) == ("STOPPING", "STARTING", run)


def test_a_start_that_did_not_arrive_is_told_as_such(deployed: Command, accounts: Accounts) -> None:
    accounts.fail("glue.StartJobRun", ConnectionClosedError(endpoint_url="https://aws"))
    assert "[AWS_UNREACHABLE]" in deployed("start", "shop.visits").err
    assert runs(deployed) == []


def test_a_region_without_the_service_is_told_by_its_address(deployed: Command, accounts: Accounts) -> None:
    accounts.fail("glue.GetJobRuns", EndpointConnectionError(endpoint_url="https://glue.eu-west-9.amazonaws.com/"))
    said = deployed("runs", "shop.visits").err
    assert "glue:GetJobRuns was not answered by glue.eu-west-9.amazonaws.com (EndpointConnectionError)" in said
    assert "whether the region is the right one and has this service" in said


def test_a_failed_run_is_explained_by_our_own_code(deployed: Command, accounts: Accounts) -> None:
    accounts.end_runs("shop", JOB, "FAILED", "SystemExit: 4")
    deployed("start", "shop.visits")
    (run,) = runs(deployed)
    line = "s3://lake/raw/visits.csv: more rejected than max_rejected: 1% allows; mend the file [TOO_MANY_REJECTED]"
    accounts.log("shop", group(accounts), str(run["id"]), "shop.visits: reading", line)
    accounts.client("glue", "shop").batch_stop_job_run(JobName=JOB, JobRunIds=[run["id"]])
    deployed("runs", "shop.visits")
    shown = deployed("logs", "shop.visits")
    assert shown.err.startswith("error: s3://lake/raw/visits.csv: more rejected than max_rejected")
    assert "shop.visits: reading" in shown.out
    assert "reading" not in deployed("logs", "shop.visits", "--errors").out
    coded = [json.loads(one) for one in deployed("logs", "shop.visits", "--json").out.splitlines()]
    assert [one["code"] for one in coded] == ["", "TOO_MANY_REJECTED"]


def test_a_job_s_own_line_of_its_failure_is_told_fault_by_fault(
    deployed: Command, accounts: Accounts, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = [Fault("INPUT_MISSING", "no such file", "job.yaml:3:9", "check the path"), Fault("NO_ROW", "none", "a")]
    told.line("run", **told.failure(RunError(*faults)))
    printed = capsys.readouterr().out.strip()
    accounts.end_runs("shop", JOB, "FAILED", "SystemExit: job.yaml:3:9: no such file")
    run = deployed("start", "shop.visits", "--json").document["run"]
    accounts.log("shop", group(accounts), run, printed, "warning: shop.visits: no owner [NO_OWNER]", printed[:-9])
    accounts.log("shop", group(accounts), f"{run}_attempt_1", "of another attempt")
    shown = deployed("logs", "shop.visits")
    assert shown.err.splitlines() == [
        "error: job.yaml:3:9: no such file; check the path [INPUT_MISSING]",
        "error: a: none [NO_ROW]",
    ]
    assert [line.split("  ", 1)[1] for line in shown.out.splitlines()] == [
        "job.yaml:3:9: no such file; check the path [INPUT_MISSING]",
        "a: none [NO_ROW]",
        "warning: shop.visits: no owner [NO_OWNER]",
        printed[:-9],
    ]
    for _ in range(2):
        accounts.client("glue", "shop").get_job_run(JobName=JOB, RunId=run)
    failed = deployed("retry", "shop.visits", "--wait")
    assert (failed.code, "[RUN_FAILED]" in failed.err) == (4, True)


def test_what_glue_says_of_a_run_that_left_no_code_is_told(deployed: Command, accounts: Accounts) -> None:
    accounts.end_runs("shop", JOB, "FAILED", "OutOfMemoryError")
    deployed("start", "shop.visits", "--wait")
    assert "FAILED: OutOfMemoryError; --errors shows" in deployed("logs", "shop.visits").err
    followed = deployed("logs", "shop.visits", "--follow").err
    assert ": FAILED\nerror: " in followed
    assert "FAILED: OutOfMemoryError; --errors shows" in followed


@pytest.mark.parametrize(("error", "code"), [("ExpiredTokenException", 4), (KeyboardInterrupt(), 130)])
@pytest.mark.parametrize("words", [("start", "shop.visits", "--wait"), ("logs", "shop.visits", "--follow")])
def test_what_ends_the_waiting_says_that_the_run_goes_on(
    deployed: Command, accounts: Accounts, words: tuple[str, ...], error: str | BaseException, code: int
) -> None:
    if words[0] == "logs":
        deployed("start", "shop.visits")
    accounts.fail("glue.GetJobRun", error)
    stopped = deployed(*words)
    assert (stopped.code, "nobody waits any more, and the run goes on" in stopped.err) == (code, True)
    assert ("[AWS_EXPIRED]" in stopped.err) == (code == 4)
    assert len(runs(deployed)) == 1


def test_a_wait_goes_on_with_the_runs_by_which_glue_tries_again(
    deployed: Command, accounts: Accounts, project: Path
) -> None:
    path = project / "configs/shop/visits/job.yaml"
    path.write_text(path.read_text().replace('"retries": 0', '"retries": 2'))
    assert deployed("deploy", "shop", "--yes").code == 0
    accounts.end_runs("shop", JOB, "FAILED", "x")
    failed = deployed("start", "shop.visits", "--wait")
    assert (failed.code, failed.err.count(": FAILED\n")) == (4, 3)
    first, again = runs(deployed)[2], runs(deployed)[1]
    assert (again["id"], again["attempt"]) == (f"{first['id']}_attempt_1", 1)


def test_a_wait_ends_as_the_run_does(deployed: Command, accounts: Accounts) -> None:
    accounts.end_runs("shop", JOB, "FAILED", "SystemExit: 4")
    failed = deployed("start", "shop.visits", "--wait", "--json")
    assert failed.code == 4
    assert failed.document["error"]["code"] == "RUN_FAILED"
    assert "SystemExit: 4" in failed.document["error"]["faults"][0]["problem"]
    assert "next: mesh-etl logs shop.visits --env prod --errors" in deployed("runs", "shop.visits").out
    accounts.end_runs("shop", JOB, "TIMEOUT")
    assert "raise deploy.timeout" in deployed("start", "shop.visits", "--wait").err


def test_the_last_failed_run_is_run_again_with_its_arguments(deployed: Command, accounts: Accounts) -> None:
    nothing = deployed("retry", "shop.visits")
    assert (nothing.code, "[NOTHING_TO_RETRY]" in nothing.err) == (3, True)
    accounts.end_runs("shop", JOB, "FAILED", "x")
    deployed("start", "shop.visits", "--date", "2026-11-20", "--wait")
    accounts.end_runs("shop", JOB, "SUCCEEDED")
    assert deployed("retry", "shop.visits", "--wait").code == 0
    found = accounts.client("glue", "shop").get_job_runs(JobName=JOB)["JobRuns"]
    assert [one["Arguments"]["--date"] for one in found] == ["2026-11-20", "2026-11-20"]
    assert len({one["Arguments"]["--start-token"] for one in found}) == 2
    assert "[NOTHING_TO_RETRY]" in deployed("retry", "shop.visits").err


def test_runs_are_stopped_and_those_that_cannot_be_are_told(deployed: Command, accounts: Accounts) -> None:
    assert "nothing runs" in deployed("stop", "shop.visits").out
    run = deployed("start", "shop.visits", "--json").document["run"]
    assert deployed("stop", "shop.visits", "--json").document["stopping"] == [run]
    accounts.client("glue", "shop").get_job_run(JobName=JOB, RunId=run)
    refused = deployed("stop", "shop.visits", "--run", run)
    assert (refused.code, "[STOP_REFUSED]" in refused.err) == (4, True)
    assert "[UNKNOWN_RUN]" in deployed("stop", "shop.visits", "--run", "jr_none").err
    assert "[UNKNOWN_RUN]" in deployed("stop", "shop.visits", "--run", "jr_" + "0" * 64).err
    assert run in deployed("stop", "shop.visits", "--run", run[:9]).err  # it has ended, which is said of it by name
    assert "[UNKNOWN_RUN]" in deployed("logs", "shop.visits", "--run", "jr_none").err


def test_status_says_what_stands_and_what_a_checkout_would_change(
    deployed: Command, accounts: Accounts, project: Path
) -> None:
    deployed("start", "shop.visits", "--wait")
    (unit,) = deployed("status", "--json").document["units"]
    assert (unit["state"], unit["current"]) == ("CREATE_COMPLETE", True)
    (job,) = [one for one in unit["jobs"] if one["product"] == "shop.visits"]
    assert (job["last_run"]["state"], job["version"], job["late_seconds"]) == ("SUCCEEDED", 0, 0)
    shown = deployed("status", "shop.visits")
    assert "is what is deployed" in shown.out
    path = project / "configs/shop/visits/job.yaml"
    path.write_text(path.read_text().replace('"retries": 0', '"retries": 3'))
    assert "would change it: mesh-etl deploy shop --env prod --dry-run" in deployed("status", "shop").out


def test_a_stack_that_is_only_a_change_set_has_no_template_to_ask_for(mesh: Command, accounts: Accounts) -> None:
    accounts.fail("cloudformation.ExecuteChangeSet", "AccessDenied", skip=1)
    assert "[AWS_DENIED]" in mesh("deploy", "shop", "--yes").err
    accounts.calls.clear()
    said = mesh("status").out
    assert "REVIEW_IN_PROGRESS" in said
    assert "would change it: mesh-etl deploy shop" in said
    assert accounts.calls["cloudformation.GetTemplate"] == 0


def test_who_looks_leaves_no_packages_in_the_project(
    deployed: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Path | None] = []
    packaged = assembled.bundled
    monkeypatch.setattr(
        assembled, "bundled", lambda found, estate, out=None: places.append(out) or packaged(found, estate, out)
    )
    assert "is what is deployed" in deployed("status").out
    (place,) = places
    assert place is not None
    assert (place.exists(), place.is_relative_to(project)) == (False, False)


def test_before_a_deploy_everything_says_so(mesh: Command) -> None:
    assert "not deployed\nnext: mesh-etl deploy shop --env prod" in mesh("status").out
    for words in (["runs"], ["start"], ["stop"], ["retry"], ["logs"]):
        refused = mesh(*words, "shop.visits")
        assert (refused.code, "[NOT_DEPLOYED]" in refused.err) == (3, True), words


def test_a_version_is_late_by_what_its_job_says(
    deployed: Command, project: Path, s3: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime, timedelta

    from mesh_etl.config import Project
    from mesh_etl.operate.table import table_status

    job = Project.open(project, "prod").job("shop.visits")
    assert [table_status(job, stated).is_late for stated in ("1d", None)] == [True, False]  # as the alarm has it
    s3.put_object(Bucket="lake", Key="raw/visits.csv", Body=b"id\n1\n2\n")  # type: ignore[attr-defined]
    assert deployed("run", "shop.visits", "--engine", "embedded").code == 0
    fresh = table_status(job, "1d")
    assert (fresh.version, fresh.late, fresh.is_late) == (1, None, False)
    late = table_status(job, "1d", datetime.now(UTC) + timedelta(hours=30)).late
    assert late is not None
    assert timedelta(hours=5, minutes=55) < late < timedelta(hours=6, minutes=1)
    assert table_status(job, None, datetime.now(UTC) + timedelta(days=300)).late is None


@pytest.mark.parametrize("text", ["{}", "no json", json.dumps({"Statement": "x" * 2048})])
def test_a_session_policy_is_one_that_glue_takes(deployed: Command, tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text)
    refused = deployed("start", "shop.visits", "--session-policy", str(path))
    assert (refused.code, "[BAD_POLICY]" in refused.err) == (2, True)


def test_a_date_that_no_run_could_take_starts_none(deployed: Command, accounts: Accounts, project: Path) -> None:
    refused = deployed("start", "shop.visits", "--date", "2026-02-30")
    assert (refused.code, "[BAD_DATE]" in refused.err) == (2, True)
    path = project / "configs/shop/visits/job.yaml"
    path.write_text(path.read_text().replace('"retries": 0', '"stream": {}'))
    refused = deployed("start", "shop.visits", "--date", "2026-02-20")
    assert (refused.code, "[ARGUMENT_UNKNOWN]" in refused.err) == (2, True)
    assert accounts.calls["glue.StartJobRun"] == 0


def test_unknown_names_come_with_the_known_ones(deployed: Command) -> None:
    assert "did you mean 'shop.visits'?" in deployed("start", "shop.visit").err
    assert "did you mean 'shop'?" in deployed("status", "shp").err
