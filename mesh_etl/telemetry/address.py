"""Where the metrics of a product stand in CloudWatch.

Each domain has a namespace of its own, since a namespace is all that IAM can bind the right to tell metrics by. The
dimensions say the same once more, for searches across domains and, from a monitoring account, across accounts.
They are ASCII. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
"""

from __future__ import annotations

import re

from mesh_etl.config.product_name import parts_of

LONGEST = 255  # characters of a namespace
PART = 100  # of them, of a name that may have any length; a mesh that is deployed has a shorter one


def namespace(mesh: str, env: str, domain: str) -> str:
    """The namespace of a domain's metrics: `mesh_etl/demo/prod/sales`."""
    return f"mesh_etl/{_plain(mesh)}/{_plain(env)}/{domain}"[:LONGEST]


def dimensions(mesh: str, env: str, product: str) -> dict[str, str]:
    """The dimensions of each metric of a product, which is named as `domain.name`."""
    domain, name = parts_of(product)
    return {"Mesh": _plain(mesh), "Environment": _plain(env), "Domain": domain, "Product": name}


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:PART]
