"""What holds for the text of every policy that is deployed or printed, whoever evaluates it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mesh_etl.config import Project
from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE, estate, units
from mesh_etl.deploy.policies import policies
from mesh_etl.deploy.synth.access import access
from mesh_etl.deploy.synth.access.sized import POLICIES, POLICY
from mesh_etl.deploy.synth.base import base
from mesh_etl.deploy.synth.budget import budget
from mesh_etl.deploy.synth.config_rules import config_rules
from mesh_etl.deploy.synth.storage import storage
from mesh_etl.deploy.synth.template import Resource, Template
from mesh_etl.errors import ConfigError
from mesh_etl.govern.policies import policies as governing
from tests.security.deployed.mesh import CENTRE as CENTRE_ID
from tests.security.deployed.mesh import csv, job, jobs, mesh, written

Statement = dict[str, Any]
# Actions without a resource: the region, a namespace, a tag or a name bounds them where something can.
EVERYWHERE = {
    "cloudwatch:PutMetricData", "lakeformation:GetDataAccess", "ram:GetResourceShareInvitations", "ec2:Describe",
}  # fmt: skip


@pytest.fixture(scope="module", params=["triggers", "step_functions", "existing"])
def deployed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The mesh with crawlers and starts of every kind, orchestrated so, or with roles and buckets of its own."""
    stated = (
        {"orchestration": request.param}
        if request.param != "existing"
        else {"roles": "existing", "buckets": "existing"}
    )
    made = jobs()
    made["visits"]["deploy"] = {"start": {"type": "files"}, "crawler": {}}
    made["items"]["deploy"] = {"start": {"type": "schedule", "at": "cron(0 6 * * ? *)"}}
    made["again"]["deploy"] = {"start": {"type": "after"}}
    govern = {"govern": {"at": "cron(0 4 * * ? *)"}}
    return Project.open(written(tmp_path_factory.mktemp(request.param), mesh(**stated, **govern), made), "prod")


def of(project: Project, unit: str) -> dict[str, Resource]:
    """All resources of a unit, by logical id: none is in two of its templates."""
    one = estate(project, unit)
    found = {**budget(one), **config_rules(project, one)}
    for template in (base(project, one), *storage(project, one), *access(project, one)):
        assert not found.keys() & template.resources.keys()
        found |= template.resources
    return found


def resources(project: Project) -> list[Resource]:
    return [one for unit in units(project) for one in of(project, unit).values()]


def statements(project: Project, *, identities: bool = True) -> Iterator[Statement]:
    """The statements of policies of identities, or of those of resources and of trust."""
    for resource in resources(project):
        found = "PolicyDocument" if resource.type == "AWS::IAM::ManagedPolicy" else None
        if not identities:
            found = next((key for key in ("KeyPolicy", "AssumeRolePolicyDocument") if key in resource.properties), None)
        if found:
            yield from resource.properties[found]["Statement"]


def test_no_role_of_a_stack_governs_or_hands_itself_on(deployed: Project) -> None:
    actions = {action for one in statements(deployed) for action in one["Action"]}
    assert [one for one in actions if one.startswith(("iam:", "sts:", "ram:A")) or one.endswith("*")] == []
    assert {one for one in actions if one.startswith("lakeformation:")} <= {"lakeformation:GetDataAccess"}


def test_only_what_has_no_resource_is_allowed_everywhere(deployed: Project) -> None:
    wide = [one for one in statements(deployed) if one["Effect"] == "Allow" and "*" in one["Resource"]]
    found = {
        action.split("Describe")[0] + "Describe" if "Describe" in action else action
        for one in wide
        for action in one["Action"]
    }
    assert found <= EVERYWHERE
    bare = {action for one in wide if "Condition" not in one for action in one["Action"]}
    assert bare <= {"lakeformation:GetDataAccess", "ram:GetResourceShareInvitations"}


def test_every_trust_names_a_service_and_what_it_acts_for(deployed: Project) -> None:
    for one in resources(deployed):
        if one.type != "AWS::IAM::Role":
            continue
        (trust,) = one.properties["AssumeRolePolicyDocument"]["Statement"]
        assert set(trust["Principal"]) == {"Service"}
        assert trust["Action"] == ["sts:AssumeRole"]
        assert set(trust["Condition"]) == {"StringEquals", "ArnLike"}


def test_what_holds_data_stays_and_is_closed(deployed: Project) -> None:
    for one in resources(deployed):
        assert one.keep == (one.type in ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::KMS::Alias"))
        if one.type == "AWS::S3::Bucket":
            assert all(one.properties["PublicAccessBlockConfiguration"].values())
            assert one.properties["VersioningConfiguration"] == {"Status": "Enabled"}
            (rule,) = one.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
            expiring = [
                rule for rule in one.properties["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule
            ]
            assert all(
                any(word in rule["Prefix"] for word in ("_spill/", "temporary/", "spark-logs/"))
                or rule["TagFilters"] == [names.RETIRED]
                for rule in expiring
            )
        if one.type == "AWS::KMS::Key":
            assert one.properties["EnableKeyRotation"] is True


def test_no_key_is_used_by_a_whole_account(deployed: Project) -> None:
    """The account administers its keys; what they encrypt is for the roles and services that are named.

    But in the account that one signs in to, whoever may deploy uploads packages, through S3 alone.
    """
    for one in statements(deployed, identities=False):
        if any(action.startswith("kms:Decrypt") for action in one["Action"]):
            named = {key for keys in one["Condition"].values() for key in keys}
            whose = {"aws:PrincipalArn", "kms:EncryptionContext:aws:logs:arn", "kms:EncryptionContext:aws:sns:topicArn"}
            assert named & whose or (one["Sid"], named) == ("Deployer", {"kms:ViaService"})


def test_elsewhere_packages_are_uploaded_by_the_role_that_deploys(tmp_path: Path) -> None:
    project = Project.open(written(tmp_path), "prod")
    world = project.env.world.model_copy(update={"account": CENTRE_ID})
    elsewhere = replace(project, env=project.env.model_copy(update={"world": world}))
    (key,) = (
        one for one in base(elsewhere, estate(elsewhere, "shop")).resources.values() if "KeyPolicy" in one.properties
    )
    (deployer,) = (one for one in key.properties["KeyPolicy"]["Statement"] if one["Sid"] == "Deployer")
    assert deployer["Condition"]["ArnEquals"] == {"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/mesh-deployer"]}


def test_cfn_lint_finds_nothing_and_knows_every_action(deployed: Project) -> None:
    """It holds actions, resources and their kinds against AWS's own reference, and templates against their schemas."""
    pytest.importorskip("cfnlint")
    from cfnlint.api import ManualArgs, lint

    printed = [one.document for one in (*policies(deployed), *governing(deployed)) if "kms" not in one.subject]
    identities = [one for one in printed if "Principal" not in one["Statement"][0]]
    held = {
        f"Policy{n}": Resource("AWS::IAM::ManagedPolicy", {"PolicyDocument": one}) for n, one in enumerate(identities)
    }
    for unit in units(deployed):  # what a unit has in one template: linting one takes longer than what is in it
        held |= {
            f"{unit}{name}": one for name, one in of(deployed, unit).items() if one.type == "AWS::IAM::ManagedPolicy"
        }
    own = of(deployed, "shop")
    assert not own.keys() & held.keys()
    whole = Template("shop", "All of it, and all policies", {**own, **held})
    said = lint(whole.text(), config=ManualArgs(regions=["eu-central-1"], include_checks=["I"]))
    assert [f"{one.rule.id} {one.message[:200]}" for one in said] == []


def test_thirty_products_fit_into_iams_limits_and_stay_the_same_text(tmp_path: Path) -> None:
    made = {
        f"p{number:02}": job(f"p{number:02}", csv(f"deliveries/of/product/{number:02}"), {"mode": "append"})
        for number in range(30)
    }
    for number, one in enumerate(made.values()):
        header = {"secret": f"secretsmanager:shop/product/{number:02}/password"}
        one["inputs"] = {"more": {"type": "rest", "url": "https://example.org/x", "headers": {"Authorization": header}}}
    texts = []
    for name in ("one", "two"):
        project = Project.open(written(tmp_path / name, mesh(), made), "prod")
        (template,) = access(project, estate(project, "shop"))
        texts.append(template.text())
        sizes = [
            len(json.dumps(one.properties["PolicyDocument"], separators=(",", ":")))
            for one in template.resources.values()
            if one.type == "AWS::IAM::ManagedPolicy"
        ]
        assert max(sizes) <= POLICY
        assert 1 < len(sizes) <= POLICIES
    assert texts[0] == texts[1]


def test_jobs_never_run_as_the_role_that_governs(tmp_path: Path) -> None:
    stated = mesh()
    stated["domains"]["shop"]["personas"]["engineer"]["runs_jobs"] = False
    project = Project.open(written(tmp_path, stated), "prod")
    with pytest.raises(ConfigError) as caught:
        access(project, estate(project, "shop"))
    assert caught.value.code == "JOBS_AS_GOVERNOR"


def test_no_stack_makes_a_bucket_that_others_have_too(tmp_path: Path) -> None:
    stated = mesh()
    stated["domains"]["sales"]["warehouse"] = "s3://shop-tables/other"
    project = Project.open(written(tmp_path, stated), "prod")
    with pytest.raises(ConfigError) as caught:
        storage(project, estate(project, "shop"))
    assert caught.value.code == "BUCKET_SHARED"


def test_what_the_domain_makes_itself_is_printed(deployed: Project) -> None:
    kinds = {(one.account, one.subject, one.kind.partition(",")[0]) for one in policies(deployed)}
    assert ("shop", "role mesh-deployer", "deployment of shop") in kinds
    own = deployed.mesh.deployment.roles == "existing"
    assert (("shop", "role shop-engineer", "jobs of shop") in kinds) == own
    assert ("centre", "role mesh-governor", f"jobs of {CENTRE}") in kinds
