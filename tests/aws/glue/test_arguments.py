"""The arguments of a Glue job, as the real getResolvedOptions reads them."""

from __future__ import annotations

import pytest

from mesh_etl.errors import ConfigError
from mesh_etl.glue.arguments import arguments

# What Glue passes beside a job's own parameters. Sources: the pages "Job parameter reference" and "getResolvedOptions".
GLUE = [
    *("--JOB_NAME", "demo-prod-shop--visits-run", "--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1"),
    *("--SECURITY_CONFIGURATION", "demo", "--TempDir", "s3://demo/tmp/", "--job-language", "python"),
    *("--enable-metrics", "true", "--enable-continuous-cloudwatch-log", "true", "--job-bookmark-option"),
    *("job-bookmark-enable", "--encryption-type", "sse-s3", "--conf", "spark.a=b --conf spark.c=d", "--their-own", "x"),
]


def test_ours_are_read_among_glue_s():
    given = arguments("run", ["run.py", *GLUE, "--job", "s3://a/b.json", "--date=2026-11-20"])
    assert (given["job"], given["date"], given["engine"]) == ("s3://a/b.json", "2026-11-20", "")
    assert given.in_glue
    assert given.resolved["JOB_NAME"] == "demo-prod-shop--visits-run"
    assert given.resolved["job_bookmark_option"] == "job-bookmark-enable"
    assert given.resolved["TempDir"] == "s3://demo/tmp/"


def test_nothing_is_abbreviated_though_glue_5_would():
    given = arguments("run", ["run.py", "--product", "a.b", "--prod", "other", "--da", "1999-01-01", *GLUE])
    assert given["product"] == "a.b"
    assert given.resolved["product"] == "a.b"
    assert "date" not in given.resolved


def test_no_argument_of_glue_s_is_taken_for_one_of_ours():
    given = arguments("run", ["run.py", *GLUE, "--job-bookmark-from", "1", "--enable-job-insights", "true"])
    assert given.stated == {}


@pytest.mark.parametrize("value", ["--x", "--product"])
def test_a_value_like_an_option_is_refused_where_it_is_apart_and_taken_with_an_equals_sign(value):
    with pytest.raises(ConfigError) as found:
        arguments("run", ["run.py", *GLUE, "--date", value])
    assert found.value.code == "ARGUMENT_INVALID"
    assert arguments("run", ["run.py", *GLUE, f"--date={value}"])["date"] == value


@pytest.mark.parametrize(
    "wrong",
    [
        ["--job-bookmark-option", "job-bookmark-sometimes"],
        ["--job-bookmark-option", "job-bookmark-pause", "--job-bookmark-from", "1"],
        ["--TempDir"],
    ],
)
def test_what_glue_s_library_refuses_is_a_coded_error(wrong):
    with pytest.raises(ConfigError) as found:
        arguments("run", ["run.py", "--JOB_NAME", "x", *wrong])
    assert found.value.code == "ARGUMENT_INVALID"
