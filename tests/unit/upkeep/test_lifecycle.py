"""Lifecycle rules: S3 takes them, and none of them lets go what a ledger or a snapshot can still name."""

from __future__ import annotations

import pytest

from mesh_etl.config import load
from mesh_etl.contract.load import load as load_contract
from mesh_etl.errors import PlanError
from mesh_etl.upkeep import lifecycle as module
from mesh_etl.upkeep.lifecycle import lifecycle

MESH = "name: shop\nwarehouse: {warehouse}\ndomains: {{shop: {{owner: shop-team, description: What was sold.}}}}\n"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: shop-sales
version: 1.0.0
status: active
schema:
  - name: sales
    properties:
      - {{name: id, logicalType: integer, required: true}}
{levels}
"""
JOB = "product: shop.sales\nsource: {{type: csv, path: in.csv}}\ntarget: {{mode: append}}\n{policy}\n"


@pytest.fixture
def product(tmp_path):
    """Makes the product with service levels and a policy; returns its job and contract."""

    def made(levels="", policy="", warehouse="s3://lake/mesh"):
        home = tmp_path / "configs"
        (home / "env").mkdir(parents=True, exist_ok=True)
        (home / "shop/sales").mkdir(parents=True, exist_ok=True)
        (home / "mesh.yaml").write_text(MESH.format(warehouse=warehouse))
        (home / "env/local.yaml").write_text("world: {type: local}\n")
        (home / "shop/sales/contract.yaml").write_text(CONTRACT.format(levels=levels))
        (home / "shop/sales/job.yaml").write_text(JOB.format(policy=policy))
        job = load("shop.sales", tmp_path)
        return job, load_contract(job.contract_path, "contract.yaml")

    return made


def retention(value, unit):
    return f"slaProperties:\n  - {{property: retention, value: {value}, unit: {unit}}}\n"


def by_prefix(product):
    (configuration,) = lifecycle([product]).values()
    return {rule["Filter"]["Prefix"]: rule for rule in configuration["Rules"]}


def test_the_rules_of_a_product(product):
    found = by_prefix(product())
    assert set(found) == {"mesh/shop/sales/", "mesh/shop/sales/_spill/", "mesh/shop/sales/data/"}
    assert found["mesh/shop/sales/data/"]["Transitions"] == [{"Days": 30, "StorageClass": "INTELLIGENT_TIERING"}]
    assert found["mesh/shop/sales/"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert found["mesh/shop/sales/"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 8}


@pytest.mark.parametrize("policy", ["", "maintenance: {tier: {storage_class: GLACIER_IR, after: 1d}}"])
def test_nothing_expires_that_a_ledger_can_name(product, policy):
    """Current objects expire below _spill/ alone, where no entry names a file."""
    for prefix, rule in by_prefix(product(policy=policy)).items():
        assert ("Expiration" in rule) == prefix.endswith("/_spill/")
        assert ("Transitions" in rule) == prefix.endswith("/data/")


@pytest.mark.parametrize(
    ("value", "unit", "moved"), [(30, "d", False), (59, "d", False), (60, "d", True), (3, "y", True)]
)
def test_data_moves_where_its_retention_makes_it_worth_while(product, value, unit, moved):
    assert ("mesh/shop/sales/data/" in by_prefix(product(retention(value, unit)))) == moved


def test_the_job_comes_before_the_contract(product):
    policy = "maintenance: {tier: {storage_class: STANDARD_IA, after: 2d}, expire: {older_than: 30d}}"
    found = by_prefix(product(retention(7, "d"), policy))
    assert found["mesh/shop/sales/data/"]["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]
    assert found["mesh/shop/sales/"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}


def test_s3_takes_the_rules_and_keeps_them(product, s3):
    (bucket, configuration), *_ = lifecycle([product()]).items()
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=configuration)
    kept = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [rule["ID"] for rule in kept] == [rule["ID"] for rule in configuration["Rules"]]
    assert [rule["Filter"] for rule in kept] == [rule["Filter"] for rule in configuration["Rules"]]


def test_a_table_on_a_disk_has_none(product):
    with pytest.raises(PlanError) as caught:
        lifecycle([product(warehouse="table")])
    assert caught.value.code == "LOCATION_NOT_S3"


def test_more_rules_than_a_bucket_can_have_are_refused(product, monkeypatch):
    monkeypatch.setattr(module, "_BUCKET_RULES", 2)
    with pytest.raises(PlanError) as caught:
        lifecycle([product()])
    assert caught.value.code == "LIFECYCLE_TOO_LARGE"
