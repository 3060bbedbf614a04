"""`mesh-etl deploy` and `destroy` as people use them."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_etl.deploy.stacks import retired
from mesh_etl.testing.accounts import Accounts

from .conftest import JOB, Command

STACK = "test-prod-shop"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(text))


def stacks(accounts: Accounts) -> dict[str, str]:
    """The stacks of the unit that there are, and where they stand."""
    client = accounts.client("cloudformation", "shop")
    found = {}
    for name in (STACK, f"{STACK}-base"):
        try:
            found[name] = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        except client.exceptions.ClientError:
            continue
    return found


def test_a_deploy_shows_makes_and_says_what_comes_next(mesh: Command, accounts: Accounts) -> None:
    done = mesh("deploy", "shop", "--yes")
    assert (done.code, stacks(accounts)) == (0, {STACK: "CREATE_COMPLETE", f"{STACK}-base": "CREATE_COMPLETE"})
    assert f"+ Glue::Job  {JOB}" in done.out
    assert "next: mesh-etl status shop --env prod" in done.out
    assert "mesh-etl start shop.visits --env prod" in done.out
    assert "CREATE_COMPLETE              Glue::Job  " in done.err
    again = mesh("deploy", "shop", "--yes")
    assert (again.code, "nothing to change" in again.out) == (0, True)
    assert accounts.client("glue", "shop").get_job(JobName=JOB)["Job"]["GlueVersion"] == "5.1"


def test_a_changed_job_alone_changes(deployed: Command, project: Path) -> None:
    job = project / "configs/shop/visits/job.yaml"
    job.write_text(job.read_text().replace('"retries": 0', '"retries": 3'))
    shown = deployed("deploy", "shop", "--dry-run", "--json").document
    changed = {one["name"]: one["because"] for one in shown["changes"] if one["type"] == "AWS::Glue::Job"}
    assert list(changed) == [JOB]
    assert "MaxRetries" in changed[JOB]
    assert {one["kind"] for one in shown["changes"]} == {"changed"}
    assert deployed("deploy", "shop", "--yes", "--json").document["executed"]


def test_packages_that_nobody_needs_are_told_and_marked(
    deployed: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "every package is needed, or younger than 30 days" in deployed("deploy", "shop", "--yes", "--prune").out
    job = project / "configs/shop/visits/job.yaml"
    job.write_text(job.read_text().replace('"retries": 0', '"retries": 3'))
    monkeypatch.setattr(retired, "KEPT", -timedelta(days=1))  # all that was just made is old enough
    done = deployed("deploy", "shop", "--yes", "--prune")
    assert (done.code, "1 old file in the artifacts bucket" in done.out, "S3 removes" in done.out) == (0, True, True)
    shown = deployed("deploy", "shop", "--dry-run", "--prune", "--json").document
    assert [one["key"].rpartition("/")[2] for one in shown["unused"]] == ["root.json"]
    mesh = project / "configs/mesh.yaml"
    mesh.write_text(json.dumps({**json.loads(mesh.read_text()), "deployment": {"artifacts": "our-bucket"}}))
    refused = deployed("deploy", "shop", "--yes", "--prune")
    assert (refused.code, "[PACKAGES_SHARED]" in refused.err, "configs/mesh.yaml:" in refused.err) == (3, True, True)


def test_nobody_is_asked_without_a_terminal(mesh: Command, accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    refused = mesh("deploy", "shop")
    assert refused.code == 3
    assert "[UNCONFIRMED]" in refused.err
    assert JOB in refused.out
    while "DELETE_IN_PROGRESS" in stacks(accounts).values():
        accounts.client("cloudformation", "shop").describe_stack_events(StackName=f"{STACK}-base")
    assert stacks(accounts) == {}


def test_a_no_changes_nothing_and_a_yes_deploys(
    mesh: Command, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "n\n")
    assert "nothing was changed" in mesh("deploy", "shop").out
    assert accounts.calls["cloudformation.ExecuteChangeSet"] == 0
    answer(monkeypatch, "y\n")
    assert mesh("deploy", "shop").code == 0
    assert stacks(accounts)[STACK] == "CREATE_COMPLETE"


def test_a_dry_run_before_the_first_deploy_leaves_nothing(mesh: Command, accounts: Accounts) -> None:
    shown = mesh("deploy", "shop", "--dry-run")
    assert shown.code == 0
    assert f"+ Glue::Job  {JOB}" in shown.out
    assert "nothing was changed\n" in shown.out
    assert f"create-policy --policy-name mesh-boundary-{STACK} " in shown.err
    assert "\nnext: mesh-etl deploy shop --env prod" in shown.out
    assert "DELETE" in "".join(stacks(accounts).values()) or not stacks(accounts)
    assert accounts.calls["cloudformation.ExecuteChangeSet"] == 0


def test_a_dry_run_without_credentials_says_that_aws_was_not_asked(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mesh_etl.cli.entry import main

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(SystemExit) as ended:
        main(["deploy", "shop", "--dry-run", "--root", str(project), "--env", "prod"])
    out = capsys.readouterr().out
    assert (ended.value.code, JOB in out) == (0, True)
    assert "AWS was not asked, so this is what a first deploy makes" in out
    assert "[AWS_CREDENTIALS]" in out
    with pytest.raises(SystemExit) as ended:
        main(["deploy", "shop", "--yes", "--root", str(project), "--env", "prod"])
    assert ended.value.code == 4


def test_a_failure_is_rolled_back_and_told_by_its_first_reason(mesh: Command, accounts: Accounts) -> None:
    shown = mesh("deploy", "shop", "--dry-run", "--json").document["changes"]
    job = next(one["id"] for one in shown if one["name"] == JOB)
    accounts.refuse_resource("shop", job, "Role cannot be assumed", on=("create",))
    failed = mesh("deploy", "shop", "--yes")
    assert failed.code == 5
    assert "Role cannot be assumed; what it had made is removed again" in failed.err
    assert "[DEPLOY_FAILED]" in failed.err


def test_an_interrupted_wait_says_that_the_deploy_goes_on(
    mesh: Command, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.fail("cloudformation.DescribeStackEvents", KeyboardInterrupt(), skip=3)
    stopped = mesh("deploy", "shop", "--yes")
    assert stopped.code == 130
    assert "CloudFormation goes on; look at it with mesh-etl status shop --env prod [INTERRUPTED]" in stopped.err
    busy = mesh("deploy", "shop", "--yes")
    assert (busy.code, "[STACK_BUSY]" in busy.err) == (3, True)


def test_a_unit_in_another_region_than_the_environment_is_refused(
    mesh: Command, project: Path, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mesh_etl.deploy.stacks import deployment

    client = accounts.client("cloudformation", "shop", "other", "us-east-1")
    world = type("Elsewhere", (), {"client": lambda self, service, identity=None: client})()
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import estate
    from mesh_etl.errors import PlanError

    with pytest.raises(PlanError, match="DEPLOY_REGION"):
        deployment.entered(world, estate(Project.open(project, "prod"), "shop").deployer)


def test_destroy_keeps_what_holds_data_and_a_deploy_brings_the_rest_back(deployed: Command, accounts: Accounts) -> None:
    gone = deployed("destroy", "shop", "--yes")
    assert gone.code == 0, gone.err
    assert f"- Glue::Job  {JOB}" in gone.out
    assert f"{STACK}-222222222222-artifacts" in gone.out
    with pytest.raises(Exception, match="EntityNotFound"):
        accounts.client("glue", "shop").get_job(JobName=JOB)
    assert f"{STACK}-base" in stacks(accounts)
    back = deployed("deploy", "shop", "--yes")
    assert back.code == 0, back.err
    assert accounts.client("glue", "shop").get_job(JobName=JOB)


def test_data_goes_by_the_unit_s_name_alone(
    deployed: Command, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert "[UNCONFIRMED]" in deployed("destroy", "shop", "--with-data", "--yes").err
    assert "[DESTROY_UNCONFIRMED]" in deployed("destroy", "shop", "--with-data", "--confirm", "sales").err
    gone = deployed("destroy", "shop", "--with-data", "--confirm", "shop", "--json")
    assert gone.code == 0, gone.err
    assert stacks(accounts) == {}
    assert gone.document["left"] == []
    assert gone.document["objects"] > 3
    assert accounts.calls["s3.DeleteBucketPolicy"] == 1  # it would keep the entries of ledgers
    assert not deployed("destroy", "shop", "--yes", "--json").document["destroyed"]
    assert deployed("deploy", "shop", "--yes").code == 0  # nothing is in its way


def test_nothing_is_destroyed_under_a_run(deployed: Command, accounts: Accounts) -> None:
    deployed("start", "shop.visits")
    refused = deployed("destroy", "shop", "--yes")
    assert (refused.code, "[JOBS_RUNNING]" in refused.err) == (3, True)


def test_nor_under_a_run_of_a_job_that_is_configured_no_more(
    deployed: Command, accounts: Accounts, project: Path
) -> None:
    client = accounts.client("cloudformation", "shop")

    def proposed() -> list[str]:
        return [one["ChangeSetId"] for one in client.list_change_sets(StackName=STACK)["Summaries"]]

    before = proposed()
    deployed("start", "shop.visits")
    (project / "configs/shop/visits").rename(project / "configs/shop/calls")
    for name in ("job.yaml", "contract.yaml"):
        path = project / "configs/shop/calls" / name
        path.write_text(path.read_text().replace("visits", "calls"))
    assert f"\n  - Glue::Job  {JOB}\n" in deployed("deploy", "shop", "--dry-run").out
    for command in ("destroy", "deploy"):
        refused = deployed(command, "shop", "--yes")
        assert (refused.code, f"{JOB}: run jr_" in refused.err, "[JOBS_RUNNING]" in refused.err) == (3, True, True)
    assert stacks(accounts)[STACK] == "CREATE_COMPLETE"
    assert proposed() == before


def test_a_domain_without_products_can_still_be_removed(deployed: Command, accounts: Accounts, project: Path) -> None:
    for path in sorted((project / "configs/shop").rglob("*.yaml")):
        path.unlink()
    refused = deployed("deploy", "shop", "--yes").err
    assert "goes with: mesh-etl destroy shop [UNKNOWN_UNIT]" in refused
    assert deployed("destroy", "shop", "--with-data", "--confirm", "shop").code == 0
    assert stacks(accounts) == {}
    assert "did you mean 'shop'?" in deployed("destroy", "shpo", "--yes").err


def test_what_is_left_of_a_first_deploy_that_failed_goes_and_the_bucket_stays_as_it_is_told(
    mesh: Command, accounts: Accounts
) -> None:
    accounts.refuse_resource("shop", "VisitsJob", "no", on=("create",))
    assert mesh("deploy", "shop", "--yes").code == 5
    assert stacks(accounts)[STACK] == "ROLLBACK_COMPLETE"
    gone = mesh("destroy", "shop", "--yes", "--json").document
    there = accounts.client("cloudformation", "shop").list_stack_resources(StackName=f"{STACK}-base")
    assert set(gone["left"]) == {one["PhysicalResourceId"] for one in there["StackResourceSummaries"]}
    assert stacks(accounts) == {f"{STACK}-base": "CREATE_COMPLETE"}
    assert mesh("destroy", "shop", "--with-data", "--confirm", "shop").code == 0
    assert "there is no such stack" in mesh("destroy", "shop", "--yes").out


def test_there_is_a_rollback_to_continue_only_after_one_has_failed(mesh: Command) -> None:
    for _ in range(2):
        refused = mesh("deploy", "shop", "--continue-rollback")
        assert (refused.code, "[NO_ROLLBACK]" in refused.err) == (3, True)
        for more in ("--dry-run", "--prune"):
            assert "say --continue-rollback alone" in mesh("deploy", "shop", "--continue-rollback", more).err
        assert mesh("deploy", "shop", "--yes").code == 0
