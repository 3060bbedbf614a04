"""An address in S3 gives the job's role the right to what it names, and to nothing else."""

from __future__ import annotations

import pytest

from mesh_etl.deploy.package.lint import lint
from mesh_etl.errors import ConfigError
from tests.unit.deploy.package.conftest import product


def told(shop):
    return [(one.code, one.where.partition(":")[0]) for one in lint(shop.project(), shop.estate()).faults]


@pytest.mark.parametrize(
    "path",
    ["s3://*/x.csv", "s3://raw*/x.csv", "s3://ra?w/x/", "s3://$${aws:username}/x.csv", "s3:///x.csv", "s3://a b/x",
     "s3://raw:x/x.csv", "s3://raw/$${aws:username}/x.csv", "s3://raw/[$]$${aws:username}/*.csv"],
)  # fmt: skip
def test_a_source_of_no_bucket_or_of_a_variable_of_iam_is_refused(shop, path):
    shop.write(product("sales.orders", source={"type": "csv", "path": ["s3://raw/a/*.csv", path]}))
    assert told(shop) == [("S3_ADDRESS", "configs/sales/orders/job.yaml")]


@pytest.mark.parametrize("path", ["s3://raw", "s3://Old_Bucket/x", "s3://raw/a?[bc]/**/*.csv", "s3://raw/_$folder$/x"])
def test_other_addresses_are_taken(shop, path):
    shop.write(product("sales.orders", source={"type": "csv", "path": path}))
    assert told(shop) == []


@pytest.mark.parametrize("warehouse", ["s3://*", "s3://lake/*", "s3://lake/a?", "s3://lake/$${aws:username}"])
def test_a_warehouse_is_one_place(shop, warehouse):
    shop.mesh["warehouse"] = warehouse
    shop.write_mesh()
    assert told(shop) == [("S3_ADDRESS", "configs/mesh.yaml")]


@pytest.mark.parametrize(
    "secret",
    ["ssm:/*", "ssm:/a?b", "ssm:/a/$${aws:username}", "secretsmanager:*", "secretsmanager:shop/$${aws:username}",
     "secretsmanager:arn:aws:secretsmanager:eu-west-1:222222222222:secret:*"],
)  # fmt: skip
def test_a_secret_is_one_by_its_name(shop, secret):
    source = {"type": "rest", "url": "https://example.org/x", "headers": {"X-Key": {"secret": secret}}}
    shop.write(product("sales.orders", source=source))
    with pytest.raises(ConfigError) as raised:
        shop.estate()
    assert {one.where for one in raised.value.faults} == {"configs/sales/orders/job.yaml:8:15"}


@pytest.mark.parametrize("secret", ["ssm:/shop/key-1", "secretsmanager:rds!db-1", "secretsmanager:a/b_c+d=e.f@g"])
def test_a_plain_name_is_taken(shop, secret):
    source = {"type": "rest", "url": "https://example.org/x", "headers": {"X-Key": {"secret": secret}}}
    shop.write(product("sales.orders", source=source))
    assert told(shop) == []
