"""The role of a domain's jobs may make every call that its jobs make."""

from __future__ import annotations

from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate
from tests.security.deployed import documents
from tests.security.deployed.calls import Call, Raw
from tests.security.deployed.evaluator import allowed
from tests.security.deployed.mesh import CENTRE, REGION, THEIRS, WAREHOUSE


def test_the_jobs_did_what_jobs_do(raw: list[Raw]) -> None:
    """A recording that left something out would prove less than it seems to."""
    operations = {f"{service}.{operation}" for service, operation, _ in raw}
    wanted = {
        "s3.PutObject",
        "s3.CopyObject",
        "s3.DeleteObjects",
        "s3.ListMultipartUploads",
        "glue.BatchCreatePartition",
    }
    wanted |= {"glue.UpdateTable", "glue.CreateDatabase", "glue.BatchDeletePartition", "events.PutEvents"}
    wanted |= {"cloudwatch.PutMetricData"}
    wanted |= {"ssm.GetParameter", "secretsmanager.GetSecretValue", "glue.BatchUpdatePartition"}
    wanted |= {"lakeformation.GetTemporaryGlueTableCredentials"}
    assert wanted - operations == set()
    details = {entry["DetailType"] for _, name, asked in raw if name == "PutEvents" for entry in asked["Entries"]}  # type: ignore[attr-defined]
    assert {"DataProductPublished", "QualityFailed", "DataProductLate"} <= details
    assert {str(asked["CatalogId"]) for service, _, asked in raw if service == "glue" and "CatalogId" in asked} == {
        "111111111111"
    }


def test_every_recorded_call_is_allowed(project: Project, shop: Estate, made: frozenset[Call]) -> None:
    role, bucket = documents.role(project, shop, "Jobs"), documents.bucket(project, shop)
    refused = [one for one in made if not allowed(one, role, bucket if f":::{WAREHOUSE}" in one.resource else ())]
    assert sorted({(one.action, one.resource, str(one.context)) for one in refused}) == []


def test_a_table_of_another_domain_is_read_with_what_is_lent_for_it_alone(raw: list[Raw], lent: list[Raw]) -> None:
    asked = {str(params["TableArn"]) for _, name, params in raw if name == "GetTemporaryGlueTableCredentials"}
    assert asked == {f"arn:aws:glue:{REGION}:{CENTRE}:table/test_sales/{name}" for name in ("customers", "regions")}
    assert {(service, params["Bucket"]) for service, _, params in lent} == {("s3", THEIRS)}
    folders = {str(params.get("Key", params.get("Prefix"))).split("/")[2:4][-1] for _, _, params in lent}
    assert folders >= {"metadata", "data", "_ledger"}
    assert {name for _, name, _ in lent} == {"GetObject", "ListObjectsV2"}
    assert [name for _, name, params in raw if params.get("Bucket") == THEIRS] == []


def test_a_job_reads_its_own_configuration_among_the_packages(raw: list[Raw], shop: Estate) -> None:
    calls = {(name, str(params["Key"])) for _, name, params in raw if params.get("Bucket") == shop.artifacts}
    assert {name for name, _ in calls} == {"GetObject"}
    assert {key.rpartition("/")[2] for _, key in calls} >= {"visits.json", "buyers.json", "all.json"}


def test_every_object_of_a_ledger_is_created_if_absent(made: frozenset[Call]) -> None:
    """The bucket's policy refuses any other way; what is not an entry may be removed, entries never are."""
    written = {one for one in made if one.action == "s3:PutObject" and "/_ledger/" in one.resource}
    assert len(written) > 10
    assert [one.resource for one in written if one.context.get("s3:if-none-match") != "*"] == []
    removed = {one.resource.partition("/_ledger/")[2] for one in made if one.action == "s3:DeleteObject"}
    assert [name for name in removed if name and not name.startswith(("checkpoints/", "live/"))] == []


def test_a_ledger_is_written_once_and_stays_whatever_a_role_may_do(project: Project, shop: Estate) -> None:
    policy = documents.bucket(project, shop)
    entry = f"arn:aws:s3:::{WAREHOUSE}/t/shop/visits/_ledger/00000000000000000001.json"
    secure = {"aws:SecureTransport": "true"}
    whole = {**secure, "s3:ObjectCreationOperation": "true"}

    def may(action: str, resource: str = entry, **context: str) -> bool:
        everything = [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}]
        return allowed(Call(action, resource, context), everything, policy)

    assert may("s3:PutObject", **whole, **{"s3:if-none-match": "*"})
    assert not may("s3:PutObject", **whole)
    assert may("s3:PutObject", **secure, **{"s3:ObjectCreationOperation": "false"})  # the part of an upload
    assert may("s3:PutObject", entry.replace("_ledger/", "data/"), **whole)
    assert not may("s3:DeleteObject", **secure)
    assert not may("s3:DeleteObjectVersion", **secure)
    assert may("s3:DeleteObject", entry.replace("_ledger/", "_ledger/checkpoints/"), **secure)


def test_the_bucket_takes_no_other_key_and_no_open_line(project: Project, shop: Estate) -> None:
    policy = documents.bucket(project, shop)
    data = f"arn:aws:s3:::{WAREHOUSE}/t/shop/visits/data/x.parquet"
    secure = {"aws:SecureTransport": "true"}
    header = "s3:x-amz-server-side-encryption"

    def may(**context: str) -> bool:
        everything = [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}]
        return allowed(Call("s3:PutObject", data, context), everything, policy)

    assert may(**secure)  # by the bucket's own key
    assert not may(**{"aws:SecureTransport": "false"})
    assert not may(**secure, **{header: "AES256"})
    assert not may(**secure, **{header: "aws:kms", f"{header}-aws-kms-key-id": "arn:aws:kms:eu-central-1:9:key/9"})
