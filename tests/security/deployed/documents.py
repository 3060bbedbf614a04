"""The policies that a unit's templates give its roles and buckets, as lists of statements."""

from __future__ import annotations

from typing import Any

from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate
from mesh_etl.deploy.synth.access import access
from mesh_etl.deploy.synth.storage import storage

Statement = dict[str, Any]


def role(project: Project, unit: Estate, what: str) -> list[Statement]:
    """All statements of the policies of a role of the template, by the beginning of its logical ids."""
    (template,) = access(project, unit)
    policies = [one for name, one in template.resources.items() if name.startswith(f"{what}Policy")]
    return [statement for one in policies for statement in one.properties["PolicyDocument"]["Statement"]]


def bucket(project: Project, unit: Estate) -> list[Statement]:
    """The statements of the policy of the bucket of its tables."""
    (template,) = storage(project, unit)
    statements: list[Statement] = template.resources["WarehousePolicy"].properties["PolicyDocument"]["Statement"]
    return statements
