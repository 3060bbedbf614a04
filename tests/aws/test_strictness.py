"""The embedded services refuse what AWS refuses, and name what they do not have."""

from __future__ import annotations

import resource
import socket
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from mesh_etl import embedded_aws
from mesh_etl.contract.types import parse
from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, StoreUnavailable
from mesh_etl.embedded_aws.glue.hive_types import is_type
from mesh_etl.embedded_aws.operations import OPERATIONS
from mesh_etl.embedded_aws.store import Store
from mesh_etl.embedded_aws.validation import PLANES, compiled


def test_botocore_checks_the_request_before_it_arrives(glue: Any) -> None:
    with pytest.raises(ParamValidationError, match="Missing required parameter"):
        glue.create_database()
    with pytest.raises(ParamValidationError, match="Unknown parameter"):
        glue.create_database(DatabaseInput={"Name": "a", "Colour": "red"})


@pytest.mark.parametrize(
    ("given", "where", "constraint"),
    [
        ({"Name": "n" * 256}, "databaseInput.name", "length less than or equal to 255"),
        ({"Name": "n", "Description": "d" * 2049}, "databaseInput.description", "length less than or equal to 2048"),
        ({"Name": "n", "Description": "\N{GRINNING FACE}" * 1025}, "databaseInput.description", "equal to 2048"),
        ({"Name": "two\nlines"}, "databaseInput.name", "regular expression pattern"),
        ({"Name": "n", "LocationUri": "bell\x07"}, "databaseInput.locationUri", "regular expression pattern"),
        ({"Name": "n", "Parameters": {"k" * 256: "v"}}, "databaseInput.parameters.key", "less than or equal to 255"),
        (
            {"Name": "n", "CreateTableDefaultPermissions": [{"Permissions": ["EVERYTHING"]}]},
            "databaseInput.createTableDefaultPermissions.1.member.permissions.1.member",
            "enum value set",
        ),
    ],
)
def test_the_model_s_constraints_hold(glue: Any, given: dict[str, Any], where: str, constraint: str) -> None:
    with pytest.raises(ClientError, match=constraint) as caught:
        glue.create_database(DatabaseInput=given)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert f"Value at '{where}'" in str(caught.value)


def patterns(shape: Any, above: tuple[str, ...] = ()) -> set[str]:
    found = {shape.metadata["pattern"]} if "pattern" in shape.metadata else set()
    if shape.name in above:
        return found
    below = {"structure": lambda: shape.members.values(), "list": lambda: [shape.member]}
    below["map"] = lambda: [shape.key, shape.value]
    parts = below.get(shape.type_name, list)()
    return found.union(*(patterns(part, (*above, shape.name)) for part in parts))


@pytest.mark.parametrize("service", embedded_aws.SERVICES)
def test_every_pattern_of_the_implemented_calls_is_checked(service: str, tmp_path: Path) -> None:
    model = embedded_aws.client(service, tmp_path).meta.service_model
    names = [name for name in OPERATIONS if name.startswith(f"{service}.")]
    assert names
    for name in names:
        shape = model.operation_model(name.partition(".")[2]).input_shape
        members = shape.members if shape else {}
        assert OPERATIONS[name].reads <= members.keys(), name
        for member in OPERATIONS[name].reads | (members.keys() & {"CatalogId"}):
            for pattern in patterns(members[member]):
                for last in PLANES:
                    compiled(pattern, last)  # raises for what Python cannot read


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@%]*)$", "a key-1", True),
        (r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@%]*)$", "a;key", False),
        (r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@%]*)$", "Schl\u00fcssel \u0663", True),
        (r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@%]*)$", "\u20ac", False),
        (r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@%]*)$", "\U00020000", True),
        (r"[\p{L}\p{N}\p{P}]*", "one!", True),
        (r"[\p{L}\p{N}\p{P}]*", "one two", False),
        (r"[\p{L}\p{N}\p{P}]*", "one\u2014two", True),
    ],
)
def test_classes_of_characters_are_read_as_in_java(pattern: str, text: str, fits: bool) -> None:
    for last in PLANES:
        if ord(max(text)) <= last:
            assert bool(compiled(pattern, last).fullmatch(text)) is fits


@pytest.mark.parametrize(
    "text",
    ["string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "date", "timestamp",
     "timestamp_ntz", "binary", "decimal(38,18)", "varchar(20)", "array<varchar(3)>", "map<string,decimal(4,2)>",
     "struct<a:int,b:array<struct<c:date>>>"],
)  # fmt: skip
def test_every_type_of_a_contract_is_one_of_the_catalogue_s(text: str) -> None:
    assert is_type(parse(text).glue())


def test_no_two_things_have_one_arn(table: Any) -> None:
    with pytest.raises(table.exceptions.InvalidInputException, match="slash"):
        table.create_database(DatabaseInput={"Name": "sales/orders"})
    with pytest.raises(table.exceptions.InvalidInputException, match="slash"):
        table.create_table(DatabaseName="sales", TableInput={"Name": "../orders"})


def test_a_description_may_have_lines_and_any_script(glue: Any) -> None:
    text = "one\ntwo \N{GRINNING FACE} \N{GREEK SMALL LETTER ALPHA}"
    glue.create_database(DatabaseInput={"Name": "n", "Description": text})
    assert glue.get_database(Name="n")["Database"]["Description"] == text


def test_what_is_not_implemented_is_refused_by_name(table: Any, tmp_path: Path) -> None:
    with pytest.raises(NotImplementedByEmbeddedAws, match=r"^embedded AWS does not implement glue.GetTrigger$"):
        table.get_trigger(Name="x")
    with pytest.raises(NotImplementedByEmbeddedAws, match=r"glue.GetPartitions with QueryAsOfTime, TransactionId$"):
        table.get_partitions(DatabaseName="sales", TableName="orders", TransactionId="1", QueryAsOfTime=0)
    with pytest.raises(NotImplementedByEmbeddedAws, match="FederatedTable"):
        table.create_table(DatabaseName="sales", TableInput={"Name": "l", "FederatedTable": {"Identifier": "a"}})
    with pytest.raises(NotImplementedByEmbeddedAws, match=r"^embedded AWS does not implement ec2$"):
        embedded_aws.client("ec2", tmp_path)


def test_no_socket_is_opened_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setenv("AWS_PROFILE", "absent")
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", "http://localhost:1")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    (tmp_path / "config").write_text("this is no [configuration")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_REGION", raising=False)
    glue = embedded_aws.client("glue", tmp_path)
    glue.create_database(DatabaseInput={"Name": "sales"})
    assert glue.meta.region_name == "eu-west-1"
    assert glue.meta.endpoint_url.endswith(".invalid")


def test_reading_leaves_no_file_behind(tmp_path: Path) -> None:
    glue = embedded_aws.client("glue", tmp_path / "home")
    assert glue.get_databases()["DatabaseList"] == []
    assert list(tmp_path.iterdir()) == []


def test_accounts_and_regions_do_not_see_each_other(tmp_path: Path) -> None:
    embedded_aws.client("glue", tmp_path).create_database(DatabaseInput={"Name": "sales"})
    for other in ({"region": "us-east-1"}, {"account": "111111111111"}):
        assert embedded_aws.client("glue", tmp_path, **other).get_databases()["DatabaseList"] == []


def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / embedded_aws.FILE).write_text("something else, longer than the sixteen bytes of a header")
    glue = embedded_aws.client("glue", tmp_path)
    with pytest.raises(StoreUnavailable, match=embedded_aws.FILE):
        glue.get_databases()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    glue = embedded_aws.client("glue", tmp_path / "file" / "home")
    with pytest.raises(StoreUnavailable, match="not usable"):
        glue.create_database(DatabaseInput={"Name": "sales"})


def test_a_disk_that_fills_up_leaves_the_catalogue_as_it_was(tmp_path: Path) -> None:
    glue = embedded_aws.client("glue", tmp_path)
    glue.create_database(DatabaseInput={"Name": "sales"})
    size = (tmp_path / embedded_aws.FILE).stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, limits[1]))
    try:
        with pytest.raises(StoreUnavailable):
            glue.create_database(DatabaseInput={"Name": "big", "Parameters": {"p": "x" * 200_000}})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [found["Name"] for found in glue.get_databases()["DatabaseList"]] == ["sales"]
    glue.create_database(DatabaseInput={"Name": "big", "Parameters": {"p": "x" * 200_000}})


def test_a_file_of_a_later_layout_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / embedded_aws.FILE)
    with store.writing() as sql:
        sql.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreUnavailable, match="its layout is 99"):
        embedded_aws.client("glue", tmp_path).get_databases()
