"""What a script makes of its arguments outside of Glue."""

from __future__ import annotations

import pytest

from mesh_etl.errors import ConfigError
from mesh_etl.glue.arguments import arguments


def test_both_spellings_and_the_last_of_two():
    given = arguments("run", ["run.py", "--product", "a.b", "--env=prod", "--product=a.c", "--date", ""])
    assert (given["product"], given["env"], given["date"], given["root"]) == ("a.c", "prod", "", "")
    assert not given.in_glue


def test_without_glue_s_library_a_job_of_glue_is_one_all_the_same():
    """In a virtual environment that somebody has made without it; the arguments of Glue are no mistakes."""
    given = arguments("run", ["run.py", "--JOB_NAME", "x", "--JOB_RUN_ID", "jr_1", "--enable-metrics", "true"])
    assert given.in_glue
    assert given.resolved == {}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--product"], "ARGUMENT_INVALID", "--product: it has no value"),
        (["--product", "--env", "prod"], "ARGUMENT_INVALID", "--product: it has no value"),
        (["--prodct", "a.b"], "ARGUMENT_UNKNOWN", "did you mean '--product'?"),
        (["--prod", "a.b"], "ARGUMENT_UNKNOWN", "--prod: run takes no such argument"),
        (["a.b"], "ARGUMENT_UNKNOWN", "a.b: run takes no such argument"),
        (["--rounds", "3"], "ARGUMENT_UNKNOWN", "--rounds: run takes no such argument"),
    ],
)
def test_a_mistake_is_told_with_what_to_write(words, code, told):
    with pytest.raises(ConfigError) as found:
        arguments("run", ["run.py", *words])
    assert found.value.code == code
    assert told in str(found.value)


def test_every_unknown_argument_is_told_at_once():
    with pytest.raises(ConfigError) as found:
        arguments("audit", ["audit.py", "--engine", "glue", "--date=1"])
    assert [fault.where for fault in found.value.faults] == ["--engine", "--date=1"]


@pytest.mark.parametrize(
    ("task", "words", "told"),
    [
        ("run", ("--job", "x.json", "--env", "prod"), "--job: it says where the configuration is already"),
        ("stream", ("--rounds", "many"), "--rounds: it is no whole number"),
        ("stream", ("--every", "soon"), "--every: it is no time"),
        ("govern", ("--repair", "yes"), "--repair: it is neither true nor false"),
        ("run", ("--date", "yesterday"), "[BAD_DATE]"),
        ("run", ("--engine", "gleu"), "did you mean 'glue'? [UNKNOWN_ENGINE]"),
        ("run", ("--engine", "glue"), "use --engine embedded or --engine spark outside of AWS Glue [ENGINE_MISSING]"),
    ],
)
def test_a_value_that_means_nothing_is_refused(script, task, words, told):
    code, lines, err = script(task, *words)
    assert code in (2, 4)
    assert told in err
    assert (lines[-1]["task"], lines[-1]["outcome"]) == (task, "failed")
