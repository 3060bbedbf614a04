"""What goes wrong between a publisher and the catalogue becomes a coded error that says what to do."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

from mesh_etl import embedded_aws
from mesh_etl.errors import PublishError
from mesh_etl.publish.catalog import Column, Desired, difference, register

TABLE = Desired(
    database="sales",
    table="orders",
    description="",
    location="s3://b/orders",
    columns=(Column("id", "bigint"),),
    partition_keys=(Column("month", "int"),),
    partitions={("1",): "s3://b/orders/1"},
    parameters={},
    owner="",
    compression="none",
    seq=1,
)


def answering(glue: Any, operation: str, code: str, status: int = 400, message: str = "no") -> None:
    """Let the service answer `operation` with an error, through botocore's own event."""
    parsed = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    response = AWSResponse("https://glue.embedded.invalid", status, {}, None)
    glue.meta.events.register_first(f"before-call.glue.{operation}", lambda **_: (response, parsed))


@pytest.mark.parametrize(
    ("operation", "code", "status", "ours", "retryable"),
    [
        ("GetTable", "AccessDeniedException", 400, "CATALOG_DENIED", False),
        ("CreateDatabase", "AccessDeniedException", 400, "CATALOG_DENIED", False),
        ("BatchCreatePartition", "ExpiredTokenException", 400, "CATALOG_DENIED", False),
        ("CreateTable", "ThrottlingException", 400, "CATALOG_UNREACHABLE", True),
        ("UpdateTable", "InternalServiceException", 500, "CATALOG_UNREACHABLE", True),
        ("GetPartitions", "SomethingNew", 503, "CATALOG_UNREACHABLE", True),
        ("CreateTable", "InvalidInputException", 400, "CATALOG_REFUSED", False),
        ("CreateTable", "ResourceNumberLimitExceededException", 400, "CATALOG_REFUSED", False),
    ],
)
def test_an_error_answer_names_the_action(
    glue: Any, operation: str, code: str, status: int, ours: str, retryable: bool
) -> None:
    answering(glue, operation, code, status)
    with pytest.raises(PublishError, match=f"glue:{operation} .*{code}") as caught:
        register(glue, TABLE)
    assert (caught.value.code, caught.value.retryable) == (ours, retryable)


@pytest.mark.parametrize(
    ("error", "ours", "retryable"),
    [
        (EndpointConnectionError(endpoint_url="https://glue.embedded.invalid"), "CATALOG_UNREACHABLE", True),
        (NoCredentialsError(), "CATALOG_DENIED", False),
    ],
)
def test_an_error_on_the_way_names_the_action(glue: Any, error: Exception, ours: str, retryable: bool) -> None:
    def fail(**_: Any) -> None:
        raise error

    glue.meta.events.register_first("before-call.glue.GetTable", fail)
    with pytest.raises(PublishError, match="glue:GetTable") as caught:
        difference(glue, TABLE)
    assert (caught.value.code, caught.value.retryable) == (ours, retryable)


def test_the_service_s_words_are_passed_on_but_never_with_partition_values(glue: Any) -> None:
    answering(glue, "CreateTable", "InvalidInputException", message="Column a is given twice.")
    with pytest.raises(PublishError, match="Column a is given twice"):
        register(glue, TABLE)
    answering(glue, "BatchCreatePartition", "InvalidInputException", message="Value 'secret' is wrong")
    glue.meta.events.register_first("before-call.glue.CreateTable", _through)
    with pytest.raises(PublishError) as caught:
        register(glue, TABLE)
    assert "secret" not in str(caught.value)


def test_columns_that_the_catalogue_refuses_are_reported_in_its_words(glue: Any) -> None:
    twice = Desired(**{**vars(TABLE), "columns": (Column("id", "bigint"), Column("ID", "int"))})
    with pytest.raises(PublishError, match="Column id is given twice") as caught:
        register(glue, twice)
    assert caught.value.code == "CATALOG_REFUSED"


def test_a_home_that_cannot_be_written_is_worth_a_retry(tmp_path: Any) -> None:
    (tmp_path / "home").write_text("a file where a folder is needed")
    with pytest.raises(PublishError, match="embedded catalogue") as caught:
        register(embedded_aws.client("glue", tmp_path / "home"), TABLE)
    assert (caught.value.code, caught.value.retryable) == ("CATALOG_UNREACHABLE", True)


def _through(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
    """The table has been created, as far as the client can tell."""
    parsed = {"ResponseMetadata": {"HTTPStatusCode": 200}}
    return AWSResponse("https://glue.embedded.invalid", 200, {}, None), parsed
