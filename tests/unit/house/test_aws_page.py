"""What only AWS can prove stands on docs/aws.md, by commands that exist."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import typer
from botocore import xform_name
from botocore.session import get_session
from botocore.validate import validate_parameters

from mesh_etl.cli.app import app

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs/aws.md").read_text()
SECTIONS = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
SERVICES = {"s3api": "s3"}  # how the AWS CLI calls a service, where it is not botocore's name
SESSION = get_session()
COMMAND = typer.main.get_command(app)


def test_each_part_has_commands_and_what_one_must_see() -> None:
    assert len(SECTIONS) >= 12
    assert [one.splitlines()[0] for one in SECTIONS if "```sh" not in one or "\nSee: " not in one] == []


def test_parts_are_numbered() -> None:
    assert [int(one.split(".")[0]) for one in SECTIONS] == list(range(1, len(SECTIONS) + 1))


@pytest.mark.parametrize("line", [one for one in COMMANDS if one.startswith("mesh-etl")])
def test_commands_of_mesh_etl_are_as_it_takes_them(line: str) -> None:
    command, words, name = COMMAND, shlex.split(line)[1:], "mesh-etl"
    while hasattr(command, "commands"):
        assert words[0] in command.commands, f"{name} has no command {words[0]}"
        command, name, words = command.commands[words[0]], f"{name} {words[0]}", words[1:]
    command.make_context(name, words)  # raises for options and arguments that are unknown or missing


@pytest.mark.parametrize("line", [one for one in COMMANDS if not one.startswith("mesh-etl")])
def test_commands_of_aws_are_as_its_model_has_them(line: str) -> None:
    program, service, operation, *words = shlex.split(line)
    assert program == "aws"
    model = SESSION.get_service_model(SERVICES.get(service, service))
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(operations[operation]).input_shape
    members = {xform_name(name, "-"): name for name in shape.members} if shape else {}
    given: dict[str, object] = {}
    while words:
        option = words.pop(0).removeprefix("--")
        if option == "profile":
            words.pop(0)
            continue
        kind = shape.members[members[option]].type_name
        given[members[option]] = True if kind == "boolean" else read(kind, words.pop(0))
    if shape:
        validate_parameters(given, shape)


def read(kind: str, text: str) -> object:
    """The value of an option, as the AWS CLI reads it."""
    if kind in ("structure", "list", "map"):
        return json.loads(text)
    return int(text) if kind in ("integer", "long") else text


def test_pages_that_speak_of_aws_say_where_it_is_proven() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    speak = [
        page for page in pages if page.name != "aws.md" and re.search(r"\b[Oo]n AWS\b|\bAthena\b", page.read_text())
    ]
    assert [page.name for page in speak if "aws.md)" not in page.read_text()] == []
