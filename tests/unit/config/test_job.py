from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import Field

from mesh_etl.config.compression import Compression
from mesh_etl.config.job import JobBase, job_model_of
from mesh_etl.config.model import Model
from mesh_etl.config.partition import PartitionField
from mesh_etl.config.resolve import resolve
from mesh_etl.config.yaml import parse
from mesh_etl.errors import ConfigError


class Paper(Model):
    type: Literal["paper"] = "paper"
    path: str = Field(min_length=1)
    format: str = "a4"


class Tape(Model):
    type: Literal["tape"] = "tape"
    reel: int


class Dedupe(Model):
    type: Literal["dedupe"] = "dedupe"
    keys: tuple[str, ...] = Field(min_length=1)


class Filter(Model):
    type: Literal["filter"] = "filter"
    where: str


class Replace(Model):
    type: Literal["replace"] = "replace"


class Merge(Model):
    type: Literal["merge"] = "merge"
    keys: tuple[str, ...]


JOB = job_model_of((Paper, Tape), (Dedupe, Filter), (Merge, Replace))
NAME = "configs/sales/orders/job.yaml"
GOOD = """\
product: sales.orders
source: {type: paper, path: "${raw}/orders.csv"}
inputs: {nations: {type: tape, reel: 3}}
transforms:
  - {type: filter, where: "status <> 'X'"}
  - {type: dedupe, keys: [order_key]}
target:
  mode: replace
  partition_by: [month(ship_date), region]
  sort_by: [order_key]
  target_file_mb: ${size}
checks: {max_rejected: 1%}
"""


def loaded(text: str, model: type[JobBase] = JOB) -> JobBase:
    return resolve(model, parse(text, NAME), {"raw": "/raw", "size": 64}, "configs/env/local.yaml")


def messages(text: str, model: type[JobBase] = JOB) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(text, model)
    return [str(fault) for fault in caught.value.faults]


def test_good_job() -> None:
    job = loaded(GOOD)
    assert job.source == Paper(path="/raw/orders.csv")
    assert job.inputs == {"nations": Tape(reel=3)}
    assert job.transforms == (Filter(where="status <> 'X'"), Dedupe(keys=("order_key",)))
    assert job.target.mode == Replace()
    assert job.target.partition_by == (PartitionField("ship_date", "month"), PartitionField("region"))
    assert (job.target.sort_by, job.target.target_file_mb) == (("order_key",), 64)
    assert job.target.compression == Compression("zstd")
    assert str(job.checks.max_rejected) == "1%"
    assert job.contract == "contract.yaml"


def test_defaults() -> None:
    job = loaded("product: a.b\nsource: {type: tape, reel: 1}\ntarget: {mode: {type: merge, keys: [k]}}\n")
    assert (job.inputs, job.transforms, job.target.target_file_mb) == ({}, (), 128)
    assert job.target.mode == Merge(keys=("k",))
    assert str(job.checks.max_rejected) == "5%"


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "path:",
            "fromat: a5, path:",
            "2:23: source.fromat: unknown key 'fromat'; did you mean 'format'? [UNKNOWN_KEY]",
        ),
        (
            "type: paper,",
            "type: papr,",
            "2:16: source: unknown type 'papr'; did you mean 'paper'? (known: paper, tape) [UNKNOWN_TYPE]",
        ),
        ("type: paper, ", "", "2:9: source.type: is required; known: paper, tape [MISSING_KEY]"),
        (
            "type: dedupe",
            "type: dedup",
            "6:12: transforms[1]: unknown type 'dedup'; did you mean 'dedupe'? (known: dedupe, filter) [UNKNOWN_TYPE]",
        ),
        ("[order_key]}", "[]}", "6:26: transforms[1].keys: must not be empty [OUT_OF_BOUNDS]"),
        (
            "keys: [order_key]",
            "keys: order_key",
            "6:26: transforms[1].keys: expected a list, found a string [WRONG_TYPE]",
        ),
        ("product: sales.orders\n", "", "1:1: product: is required; add the key 'product' [MISSING_KEY]"),
        (
            "sales.orders",
            "Orders",
            r"1:10: product: does not match the pattern ^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$ [BAD_FORMAT]",
        ),
        (
            "mode: replace",
            "mode: replce",
            "8:9: target.mode: unknown type 'replce'; did you mean 'replace'? (known: merge, replace) [UNKNOWN_TYPE]",
        ),
        ("mode: replace", "mode: merge", "8:9: target.mode.keys: is required; add the key 'keys' [MISSING_KEY]"),
        ("mode: replace", "mode: [replace]", "8:9: target.mode: expected a mapping, found a list [WRONG_TYPE]"),
        ("  mode: replace\n", "", "8:3: target.mode: is required; add the key 'mode' [MISSING_KEY]"),
        (
            "month(ship_date)",
            "week(ship_date)",
            "9:18: target.partition_by[0]: is neither a column nor year(), month(), day(), hour(), bucket() or "
            "truncate() of one; write 'region', 'bucket(16, id)' or 'month(ship_date) as ship_month', in lower case "
            "[PARTITION_FIELD]",
        ),
        (
            "month(ship_date)",
            "region",
            "9:26: target.partition_by[1]: the partition key 'region' stands twice; "
            "name it with 'as', or remove it [DUPLICATE_PARTITION]",
        ),
        (
            "month(ship_date)",
            "7",
            "9:18: target.partition_by[0]: expected a string, found a whole number; put it in quotes [WRONG_TYPE]",
        ),
        (
            "sort_by:",
            "order_by:",
            "10:3: target.order_by: unknown key 'order_by'; did you mean 'sort_by'? [UNKNOWN_KEY]",
        ),
        ("${size}", "0", "11:19: target.target_file_mb: must be at least 1 [OUT_OF_BOUNDS]"),
        ("${size}", "big", "11:19: target.target_file_mb: expected a whole number, found a string [WRONG_TYPE]"),
        (
            "${size}",
            "${sice}",
            "11:19: target.target_file_mb: `${sice}` is not defined; did you mean 'size'? "
            "(searched configs/env/local.yaml) [UNDEFINED_NAME]",
        ),
        (
            "1%",
            "0.01",
            "12:24: checks.max_rejected: is neither a number of rows nor a percentage up to 100%; "
            "write 100 for rows or '1%' for a share [THRESHOLD]",
        ),
        (
            "max_rejected",
            "max_rejects",
            "12:10: checks.max_rejects: unknown key 'max_rejects'; did you mean 'max_rejected'? [UNKNOWN_KEY]",
        ),
        ("nations:", "Nations:", "3:10: inputs.Nations: does not match the pattern ^[a-z][a-z0-9_]*$ [BAD_FORMAT]"),
        ("reel: 3", "reel: three", "3:38: inputs.nations.reel: expected a whole number, found a string [WRONG_TYPE]"),
        (
            "${raw}/orders.csv",
            "jdbc:x://h?password=hunter2",
            "2:29: source.path: holds what looks like a password; "
            "keep it outside and refer to it: {secret: env:NAME} [SECRET_IN_CONFIG]",
        ),
    ],
)
def test_message(old: str, new: str, message: str) -> None:
    assert messages(changed(old, new)) == [f"{NAME}:{message}"]


def test_names_secrets_and_shape_are_judged_together() -> None:
    text = changed("${raw}", "${row}").replace("keys: [order_key]", "key: [order_key]").replace("1%", "x")
    assert [(line.split(": ")[0], line.rsplit("[", 1)[1]) for line in messages(text)] == [
        (f"{NAME}:2:29", "UNDEFINED_NAME]"),
        (f"{NAME}:6:5", "MISSING_KEY]"),
        (f"{NAME}:6:20", "UNKNOWN_KEY]"),
        (f"{NAME}:12:24", "THRESHOLD]"),
    ]


ONLY = job_model_of((Paper,), (Filter,), (Replace,))


def test_single_component_of_a_kind_needs_no_union() -> None:
    job = loaded("product: a.b\nsource: {type: paper, path: x}\ntarget: {mode: replace}\n", ONLY)
    assert job.source == Paper(path="x")
    assert messages("product: a.b\nsource: {type: disk, path: x}\ntarget: {mode: merge}\n", ONLY) == [
        f"{NAME}:2:16: source: unknown type 'disk'; known: paper [UNKNOWN_TYPE]",
        f"{NAME}:3:16: target.mode: unknown type 'merge'; known: replace [UNKNOWN_TYPE]",
    ]


def test_model_is_built_once_for_the_same_components() -> None:
    assert job_model_of((Paper,), (Filter,), (Replace,)) is ONLY


def test_models_and_values_are_frozen() -> None:
    job: Any = loaded(GOOD)
    for part, name in ((job, "product"), (job.target, "mode"), (job.source, "path")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(part, name, "x")
