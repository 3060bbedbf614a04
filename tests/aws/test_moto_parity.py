"""What moto does as AWS does, it does as the embedded services do; and a list of what it does not, with the reason.

moto is a double that others wrote. Each case below is a few calls and what came of them. Those in `SAME` must give the
same on both, and what `WANTED` says. For those in `DIFFERENT` moto's answer is not AWS's, for the reason given: they
must give what `WANTED` says on the embedded services alone. When moto learns one of them, its test fails here, and the
case moves up. Lake Formation has a list of its own in `lakeformation/test_moto_parity.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from mesh_etl import embedded_aws

Clients = Callable[[str], Any]
KEYS = [{"Name": "year", "Type": "int"}]
COLUMNS = {"Columns": [{"Name": "id", "Type": "bigint"}]}
TABLE = {"DatabaseName": "d", "TableName": "t"}
ENTRY = {"Source": "mesh", "DetailType": "Published", "Detail": "{}"}


def code(call: Any, **parameters: Any) -> str:
    """The code of the refusal, or `accepted`."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "accepted"


def with_table(clients: Clients, partitions: int = 0, kind: str = "int") -> Any:
    glue = clients("glue")
    keys = [{"Name": "year", "Type": kind}]
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(DatabaseName="d", TableInput={"Name": "t", "StorageDescriptor": COLUMNS, "PartitionKeys": keys})
    for year in range(2020, 2020 + partitions):
        glue.create_partition(**TABLE, PartitionInput={"Values": [str(year)]})
    return glue


def years(glue: Any, **parameters: Any) -> list[str]:
    return [one["Values"][0] for one in glue.get_partitions(**TABLE, **parameters)["Partitions"]]


def databases(clients: Clients) -> Any:
    glue = clients("glue")
    glue.create_database(DatabaseInput={"Name": "a", "Description": "first"})
    glue.create_database(DatabaseInput={"Name": "b"})
    glue.update_database(Name="a", DatabaseInput={"Name": "a", "Description": "second"})
    glue.delete_database(Name="b")
    return [(one["Name"], one.get("Description")) for one in glue.get_databases()["DatabaseList"]]


def database_refusals(clients: Clients) -> Any:
    glue = clients("glue")
    glue.create_database(DatabaseInput={"Name": "a"})
    again, gone = code(glue.create_database, DatabaseInput={"Name": "a"}), code(glue.get_database, Name="b")
    return again, gone, code(glue.delete_database, Name="b")


def table_refusals(clients: Clients) -> Any:
    glue = with_table(clients)
    return (
        code(glue.create_table, DatabaseName="d", TableInput={"Name": "t"}),
        code(glue.create_table, DatabaseName="x", TableInput={"Name": "t"}),
        code(glue.get_table, DatabaseName="d", Name="x"),
        code(glue.delete_table, DatabaseName="d", Name="x"),
    )


def table_versions(clients: Clients) -> Any:
    glue = with_table(clients)
    glue.update_table(DatabaseName="d", TableInput={"Name": "t", "Description": "new", "PartitionKeys": KEYS})
    found = glue.get_table_versions(**TABLE)["TableVersions"]
    return sorted(one["Table"].get("Description", "") for one in found)


def tables_by_pattern(clients: Clients) -> Any:
    glue = with_table(clients)
    glue.create_table(DatabaseName="d", TableInput={"Name": "other"})
    return [one["Name"] for one in glue.get_tables(DatabaseName="d", Expression="o.*")["TableList"]]


def partition_batches(clients: Clients) -> Any:
    glue = with_table(clients, 1)
    made = glue.batch_create_partition(**TABLE, PartitionInputList=[{"Values": ["2020"]}, {"Values": ["2021"]}])
    gone = glue.batch_delete_partition(**TABLE, PartitionsToDelete=[{"Values": ["2020"]}, {"Values": ["1"]}])
    errors = [(one["PartitionValues"], one["ErrorDetail"]["ErrorCode"]) for one in made["Errors"] + gone["Errors"]]
    return errors, years(glue)


def partition_conditions(clients: Clients) -> Any:
    glue = with_table(clients, 4)
    conditions = ("year = 2021", "year > 2021", "year BETWEEN 2020 AND 2021", "year IN (2020, 2023)", "year <> 2020")
    return [sorted(years(glue, Expression=one)) for one in conditions]


def partition_texts(clients: Clients) -> Any:
    glue = with_table(clients, 2, "string")
    conditions = ("year LIKE '%21'", "year IS NULL", "(year = '2020' OR year = '2021') AND year > '2020'")
    return [years(glue, Expression=one) for one in conditions]


def identity(clients: Clients) -> Any:
    sts = clients("sts")
    taken = sts.assume_role(RoleArn="arn:aws:iam::111111111111:role/governor", RoleSessionName="mesh")
    return taken["AssumedRoleUser"]["Arn"], taken["Credentials"]["AccessKeyId"][:4]


def events(clients: Clients) -> Any:
    entries = [ENTRY, {**ENTRY, "Detail": "{"}, {"Source": "mesh", "DetailType": "Published"}]
    answer = clients("events").put_events(Entries=entries)
    return answer["FailedEntryCount"], [one.get("ErrorCode") for one in answer["Entries"]]


def topics(clients: Clients) -> Any:
    sns = clients("sns")
    arn = sns.create_topic(Name="requests")["TopicArn"]
    same = sns.create_topic(Name="requests")["TopicArn"] == arn
    return same, code(sns.publish, TopicArn=arn, Message="m"), code(sns.publish, TopicArn=arn + "x", Message="m")


SAME: dict[str, tuple[Callable[[Clients], Any], Any]] = {
    "databases are kept as given": (databases, [("a", "second")]),
    "databases are refused": (
        database_refusals,
        ("AlreadyExistsException", "EntityNotFoundException", "EntityNotFoundException"),
    ),
    "tables are refused": (
        table_refusals,
        ("AlreadyExistsException", "EntityNotFoundException", "EntityNotFoundException", "EntityNotFoundException"),
    ),
    "an update keeps the version before": (table_versions, ["", "new"]),
    "tables by a pattern": (tables_by_pattern, ["other"]),
    "each partition of a batch is answered for itself": (
        partition_batches,
        ([(["2020"], "AlreadyExistsException"), (["1"], "EntityNotFoundException")], ["2021"]),
    ),
    "partitions by a condition on a number": (
        partition_conditions,
        [["2021"], ["2022", "2023"], ["2020", "2021"], ["2020", "2023"], ["2021", "2022", "2023"]],
    ),
    "partitions by a condition on a text": (partition_texts, [["2021"], [], ["2021"]]),
    "a role is taken": (identity, ("arn:aws:sts::111111111111:assumed-role/governor/mesh", "ASIA")),
    "events are refused one by one": (events, (2, [None, "MalformedDetail", "InvalidArgument"])),
    "messages are published": (topics, (True, "accepted", "NotFound")),
}


def stale_update(clients: Clients) -> Any:
    glue = with_table(clients)
    changed = {"Name": "t", "PartitionKeys": KEYS}
    version = glue.get_table(DatabaseName="d", Name="t")["Table"]["VersionId"]
    glue.update_table(DatabaseName="d", TableInput=changed, VersionId=version)
    return code(glue.update_table, DatabaseName="d", TableInput=changed, VersionId=version)


def first_version(clients: Clients) -> Any:
    return with_table(clients).get_table(DatabaseName="d", Name="t")["Table"]["VersionId"]


def skipped_archive(clients: Clients) -> Any:
    glue = with_table(clients)
    glue.update_table(DatabaseName="d", TableInput={"Name": "t", "PartitionKeys": KEYS}, SkipArchive=True)
    return len(glue.get_table_versions(**TABLE)["TableVersions"])


def folded_names(clients: Clients) -> Any:
    glue = clients("glue")
    glue.create_database(DatabaseInput={"Name": "Sales"})
    return glue.get_databases()["DatabaseList"][0]["Name"]


def senseless_tables(clients: Clients) -> Any:
    glue = with_table(clients)
    twice = {"Columns": [{"Name": "id", "Type": "int"}, {"Name": "ID", "Type": "int"}]}
    unknown = {"Columns": [{"Name": "id", "Type": "number"}]}
    given = [{"Name": "u", "StorageDescriptor": one} for one in (twice, unknown)]
    return [code(glue.create_table, DatabaseName="d", TableInput=one) for one in given]


def too_large_a_batch(clients: Clients) -> Any:
    glue = with_table(clients)
    return code(glue.batch_create_partition, **TABLE, PartitionInputList=[{"Values": [str(y)]} for y in range(101)])


def too_many_values(clients: Clients) -> Any:
    return code(with_table(clients).create_partition, **TABLE, PartitionInput={"Values": ["2020", "1"]})


def small_pages(clients: Clients) -> Any:
    return len(years(with_table(clients, 3), MaxResults=2))


def segments(clients: Clients) -> Any:
    glue = with_table(clients, 4)
    parts = [years(glue, Segment={"SegmentNumber": number, "TotalSegments": 2}) for number in range(2)]
    return sorted(year for part in parts for year in part)


def negations(clients: Clients) -> Any:
    try:
        return years(with_table(clients, 2), Expression="NOT year = 2020")
    except Exception as error:  # moto lets its parser's errors through
        return type(error).__name__


def linked_table(clients: Clients) -> Any:
    glue = with_table(clients)
    target = {"CatalogId": glue.get_table(DatabaseName="d", Name="t")["Table"]["CatalogId"], "DatabaseName": "d"}
    glue.create_database(DatabaseInput={"Name": "l", "TargetDatabase": target})
    return code(glue.get_table, DatabaseName="l", Name="t")


def foreign_catalogue(clients: Clients) -> Any:
    return code(clients("glue").create_database, CatalogId="999999999999", DatabaseInput={"Name": "mine"})


def invitations(clients: Clients) -> Any:
    try:
        return clients("ram").get_resource_share_invitations()["resourceShareInvitations"]
    except (ClientError, NotImplementedError) as error:
        return type(error).__name__


def forbidden_source(clients: Clients) -> Any:
    answer = clients("events").put_events(Entries=[{**ENTRY, "Source": "aws.glue"}])
    return answer["Entries"][0].get("ErrorCode")


def constraints(clients: Clients) -> Any:
    return code(clients("glue").create_database, DatabaseInput={"Name": "two\nlines"})


DIFFERENT: dict[str, tuple[Callable[[Clients], Any], Any, str]] = {
    "an update of a version that is gone": (
        stale_update,
        "ConcurrentModificationException",
        "VersionId is ignored, so there is no compare-and-set",
    ),
    "the first version": (first_version, "0", "versions are counted from 1"),
    "an update without archive": (skipped_archive, 1, "SkipArchive is ignored"),
    "names in upper case": (folded_names, "sales", "names are not folded"),
    "columns that no engine could read": (
        senseless_tables,
        ["InvalidInputException", "InvalidInputException"],
        "columns are not looked at",
    ),
    "more than 100 partitions at once": (too_large_a_batch, "ValidationException", "sizes are not limited"),
    "a value too many": (too_many_values, "InvalidInputException", "values are not held against the keys"),
    "pages of partitions": (small_pages, 2, "MaxResults is ignored"),
    "segments": (segments, ["2020", "2021", "2022", "2023"], "Segment is ignored: each part is the whole table"),
    "conditions with NOT": (negations, ["2021"], "NOT is not read"),
    "a table behind a link": (linked_table, "accepted", "links are kept and lead nowhere"),
    "the catalogue of another account": (
        foreign_catalogue,
        "AccessDeniedException",
        "it lands in the caller's own catalogue under the other's name",
    ),
    "invitations": (invitations, [], "RAM has shares and no invitations"),
    "events in the name of AWS": (forbidden_source, "NotAuthorizedForSourceException", "any source is taken"),
    "patterns of the model": (constraints, "ValidationException", "patterns are not held"),
}


@pytest.fixture
def embedded(tmp_path: Path) -> Clients:
    return lambda service: embedded_aws.client(service, tmp_path, durable=False)


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield lambda service: boto3.client(service, region_name="eu-west-1")


def plain(outcome: Any) -> Any:
    return json.loads(json.dumps(outcome))


@pytest.mark.parametrize("name", SAME)
def test_moto_and_the_embedded_services_give_the_same(name: str, embedded: Clients, moto: Clients) -> None:
    case, wanted = SAME[name]
    assert plain(case(embedded)) == plain(case(moto)) == plain(wanted)


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_moto_differs_from_aws_the_embedded_services_do_not(name: str, embedded: Clients, moto: Clients) -> None:
    case, wanted, reason = DIFFERENT[name]
    assert plain(case(embedded)) == plain(wanted)
    assert plain(case(moto)) != plain(wanted), f"moto does this now, and is no longer excused by: {reason}"
