from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mesh_etl.config.model import Model
from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import parse
from mesh_etl.errors import ConfigError


class Alpha(Model):
    type: Literal["alpha"] = "alpha"
    n: int = Field(1, ge=1, le=5)
    ratio: float = 0.5
    flag: bool = False


class Beta(Model):
    type: Literal["beta"] = "beta"
    camel: str = Field(alias="camelCase")


class Member(Model):
    user: str


class Team(Model):
    members: tuple[Member, ...]


Step = Annotated[Alpha | Beta, Field(discriminator="type")]


class Circle(Model):
    shape: Literal["circle"]


class Square(Model):
    shape: Literal["square"]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Root(Model):
    drawn: Annotated[Circle | Square, Field(discriminator="shape")] | None = None
    colour: Colour = Colour.RED
    kind: Literal["root"] = "root"
    step: Step = Alpha()
    only: Alpha | None = None
    steps: tuple[Step, ...] = ()
    size: int | str | None = None
    mixed: str | int | list[str] = ""
    team: list[Member] | Team | None = None
    codec: Literal["zstd", "none"] = "zstd"
    named: dict[Annotated[str, Field(pattern="^[a-z]+$")], Member] = {}
    words: Annotated[tuple[Annotated[str, Field(min_length=2)], ...], Field(max_length=3)] = ()
    even: int = 2
    low: int = 0
    high: int = 9

    @field_validator("even")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("must be even")
        return value

    @model_validator(mode="after")
    def _ordered(self) -> Root:
        if self.low > self.high:
            raise PydanticCustomError("bad_order", "low is above high", {"fix": "swap them", "at": ("low",)})
        return self


def messages(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        validate(Root, parse(text, "f.yaml"))
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("codex: zstd", "1:1: codex: unknown key 'codex'; did you mean 'codec'? [UNKNOWN_KEY]"),
        ("step: {type: alpha, m: 1}", "1:21: step.m: unknown key 'm'; known: flag, n, ratio, type [UNKNOWN_KEY]"),
        (
            "step: {type: alpha, alpha: 1}",
            "1:21: step.alpha: unknown key 'alpha'; known: flag, n, ratio, type [UNKNOWN_KEY]",
        ),
        (
            "step:\n  type: beta\n  camelcase: x\n  camelCase: y",
            "3:3: step.camelcase: unknown key 'camelcase'; did you mean 'camelCase'? [UNKNOWN_KEY]",
        ),
        ("step: {type: beta}", "1:7: step.camelCase: is required; add the key 'camelCase' [MISSING_KEY]"),
        ("step: {n: 1}", "1:7: step.type: is required; known: alpha, beta [MISSING_KEY]"),
        ("step: {tpye: alpha, n: 1}", "1:8: step.tpye: unknown key 'tpye'; did you mean 'type'? [UNKNOWN_KEY]"),
        (
            "steps: [{type: alfa}]",
            "1:16: steps[0]: unknown type 'alfa'; did you mean 'alpha'? (known: alpha, beta) [UNKNOWN_TYPE]",
        ),
        ("only: {type: x}", "1:14: only: unknown type 'x'; known: alpha [UNKNOWN_TYPE]"),
        ("steps: [{type: 5 words}]", "1:16: steps[0]: unknown type; known: alpha, beta [UNKNOWN_TYPE]"),
        ("steps: [3]", "1:9: steps[0]: expected a mapping, found a whole number [WRONG_TYPE]"),
        ("steps: alpha", "1:8: steps: expected a list, found a string [WRONG_TYPE]"),
        ("only: {n: many}", "1:11: only.n: expected a whole number, found a string [WRONG_TYPE]"),
        ("only: {n: 1.5}", "1:11: only.n: expected a whole number, found a number [WRONG_TYPE]"),
        (
            "only: {n: }",
            "1:10: only.n: expected a whole number, found nothing; write a value or remove the key [WRONG_TYPE]",
        ),
        ("only: {ratio: {}}", "1:15: only.ratio: expected a number, found a mapping [WRONG_TYPE]"),
        ("only: {flag: perhaps}", "1:14: only.flag: expected true or false, found a string [WRONG_TYPE]"),
        ("only: {n: 9}", "1:11: only.n: must be at most 5 [OUT_OF_BOUNDS]"),
        ("size: [1]", "1:7: size: expected a whole number or a string, found a list [WRONG_TYPE]"),
        ("team: [{usr: x, user: y}]", "1:9: team[0].usr: unknown key 'usr'; did you mean 'user'? [UNKNOWN_KEY]"),
        ("team: {members: [{}]}", "1:18: team.members[0].user: is required; add the key 'user' [MISSING_KEY]"),
        ("team: x", "1:7: team: expected a list or a mapping, found a string [WRONG_TYPE]"),
        ("codec: zst", "1:8: codec: is not one of zstd, none; did you mean 'zstd'? [NOT_ALLOWED]"),
        ("codec: 12", "1:8: codec: is not one of zstd, none [NOT_ALLOWED]"),
        ("kind: toor", "1:7: kind: must be root [NOT_ALLOWED]"),
        ("colour: reed", "1:9: colour: is not one of red, blue; did you mean 'red'? [NOT_ALLOWED]"),
        (
            "drawn: {shape: squar}",
            "1:16: drawn: unknown shape 'squar'; did you mean 'square'? (known: circle, square) [UNKNOWN_TYPE]",
        ),
        ("drawn: {}", "1:8: drawn.shape: is required; known: circle, square [MISSING_KEY]"),
        ("mixed: {a: 1}", "1:8: mixed: expected a string, a whole number or a list, found a mapping [WRONG_TYPE]"),
        ("named: {A: {user: x}}", "1:9: named.A: does not match the pattern ^[a-z]+$ [BAD_FORMAT]"),
        (
            "named: {a: {user: 1.10}}",
            "1:19: named.a.user: expected a string, found a number; put it in quotes [WRONG_TYPE]",
        ),
        ("words: [a]", "1:9: words[0]: must have at least 2 characters [OUT_OF_BOUNDS]"),
        ("words: [aa, bb, cc, dd]", "1:8: words: must have at most 3 items [OUT_OF_BOUNDS]"),
        ("even: 3", "1:7: even: must be even [INVALID_VALUE]"),
        ("low: 7\nhigh: 2", "1:6: low: low is above high; swap them [BAD_ORDER]"),
    ],
)
def test_message(text: str, message: str) -> None:
    assert messages(text) == [f"f.yaml:{message}"]


def test_all_faults_are_told_in_the_order_of_the_file() -> None:
    text = "even: 3\nsteps:\n  - {type: beta}\n  - {type: alpha, n: x, q: 1}\ncodec: gz\nextra: 1\nonly: {n: 0}\n"
    assert [line.split(": ")[0] for line in messages(text)] == [
        "f.yaml:1:7",
        "f.yaml:3:5",
        "f.yaml:4:22",
        "f.yaml:4:25",
        "f.yaml:5:8",
        "f.yaml:6:1",
        "f.yaml:7:11",
    ]


def test_file_that_is_not_a_mapping() -> None:
    assert messages("[1]") == ["f.yaml:1:1: expected a mapping, found a list [WRONG_TYPE]"]


def test_no_message_contains_a_value() -> None:
    text = (
        "only: {n: hunter 2, flag: hunter 2, ratio: hunter 2}\ncodec: hunter 2\nsteps: [{type: hunter 2}, hunter 2]\n"
        "words: hunter 2\nsize: {hunter: 2}\nteam: hunter 2\nnamed: {a: hunter 2}\n"
    )
    assert "hunter" not in "\n".join(messages(text))


def test_data_replaces_the_data_of_the_document() -> None:
    document = parse("even: x", "f.yaml")
    assert validate(Root, document, {"even": 4}).even == 4


def test_valid_document_becomes_a_frozen_model() -> None:
    root = validate(Root, parse("step: {type: beta, camelCase: x}\nteam: {members: [{user: a}]}", "f.yaml"))
    assert root.step == Beta(camelCase="x")
    assert root.team == Team(members=(Member(user="a"),))
