"""A mesh in two accounts whose jobs do all that jobs do: the folder of a project, and what lies in its buckets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HOME, CENTRE, SALES = "123456789012", "111111111111", "222222222222"
REGION = "eu-central-1"
WAREHOUSE, RAW, THEIRS, RECORDS = "shop-tables", "raw", "sales-tables", "mesh-records"
BUS = f"arn:aws:events:{REGION}:{CENTRE}:event-bus/mesh"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: integer, required: true, primaryKey: true}}
      - {{name: k, logicalType: string}}
"""
ROWS = "id,k\n1,a\n2,b\nx,c\n"


def job(name: str, source: dict[str, Any], target: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A job of the domain `shop` that refuses rows, and keeps little."""
    maintenance = {"expire": {"older_than": "1h"}, "orphans": {"older_than": "1h"}}
    checks = {"max_rejected": "90%"}
    found = {"product": f"shop.{name}", "source": source, "target": target, "checks": checks}
    return {**found, "maintenance": maintenance, **more}


def csv(name: str) -> dict[str, Any]:
    """The files that are delivered for a product."""
    return {"type": "csv", "path": f"s3://{RAW}/{name}/*.csv"}


def jobs() -> dict[str, dict[str, Any]]:
    """The jobs of `shop`: partitions, Iceberg, tables of its own domain and of another, one whose rows are all refused,
    secrets. One is late as soon as it is published."""
    merge = {"type": "merge", "keys": ["id"]}
    headers = {"Authorization": {"secret": "ssm:/shop/token"}, "X-Key": {"secret": "secretsmanager:shop/key"}}
    rest = {"type": "rest", "url": "https://example.org/orders", "headers": headers, "records": "data"}
    return {
        "visits": job("visits", csv("visits"), {"mode": "append", "partition_by": ["k"]}, deploy={"late_after": "1s"}),
        "items": job("items", csv("items"), {"mode": merge, "format": "iceberg"}),
        "again": job("again", {"type": "table", "product": "shop.visits"}, {"mode": "replace"}),
        "buyers": job("buyers", {"type": "table", "product": "sales.customers"}, {"mode": "replace"}),
        "places": job("places", {"type": "table", "product": "sales.regions"}, {"mode": "replace"}),
        "strict": job("strict", csv("strict"), {"mode": "replace"}, checks={"max_rejected": "1%"}),
        "orders": job("orders", rest, {"mode": "replace"}, deploy={"connections": ["office"]}),
    }


def theirs() -> list[dict[str, Any]]:
    """The jobs of `sales`: a table of files, and one of Iceberg."""
    customers = job("customers", csv("customers"), {"mode": "replace"})
    regions = job("regions", csv("regions"), {"mode": "replace", "format": "iceberg"})
    return [{**customers, "product": "sales.customers"}, {**regions, "product": "sales.regions"}]


def mesh(**deployment: Any) -> dict[str, Any]:
    """`mesh.yaml`: a domain in one account, the central catalogue in another, a second domain in a third."""
    rights = ["describe", "select", "insert", "delete", "alter"]

    def domain(account: str, warehouse: str) -> dict[str, Any]:
        personas = {"engineer": {"role": f"{account}-engineer", "rights": rights, "runs_jobs": True}}
        return {"owner": f"{account}-team", "account": account, "warehouse": warehouse, "personas": personas}

    accounts = {"centre": CENTRE, "shop": HOME, "sales": SALES}
    return {
        "name": "test",
        "warehouse": "s3://nowhere/w",
        "accounts": {name: {"id": id_, "region": REGION, "external_id": "our-mesh"} for name, id_ in accounts.items()},
        "governance": {"account": "centre", "event_bus": BUS, "store": f"s3://{RECORDS}/governance"},
        "domains": {
            "shop": domain("shop", f"s3://{WAREHOUSE}/t"),
            "sales": domain("sales", f"s3://{THEIRS}/t"),
        },
        "deployment": {
            "budget": {"monthly": 100},
            "config_rules": "create",
            "govern": {"at": "cron(0 4 * * ? *)"},
            **deployment,
        },
    }


def alone(**deployment: Any) -> dict[str, Any]:
    """`mesh.yaml` of a small project: the account of the environment file has all of it, and nobody governs."""
    domains = {one: {"owner": f"{one}-team", "warehouse": f"s3://{one}-tables/t"} for one in ("shop", "sales")}
    watched = {"budget": {"monthly": 100}, "config_rules": "create", **deployment}
    return {"name": "test", "warehouse": "s3://nowhere/w", "domains": domains, "deployment": watched}


def written(root: Path, stated: dict[str, Any] | None = None, made: dict[str, Any] | None = None) -> Path:
    """The project's files are in the folder; JSON is YAML."""
    files = {
        "configs/mesh.yaml": json.dumps(stated or mesh()),
        "configs/env/prod.yaml": json.dumps({"world": {"type": "aws", "region": REGION, "account": HOME}}),
    }
    for product in (*(made or jobs()).values(), *theirs()):
        folder, _, name = product["product"].partition(".")
        files[f"configs/{folder}/{name}/contract.yaml"] = CONTRACT.format(name=name)
        files[f"configs/{folder}/{name}/job.yaml"] = json.dumps(product)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root
