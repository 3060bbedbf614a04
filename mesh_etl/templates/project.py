"""The files that make a folder a project: the mesh, this machine, and the AWS account that the jobs are to run in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from mesh_etl.placeholder import ACCOUNT
from mesh_etl.templates.known import Value

_LONGEST = 24  # characters of a mesh's or a domain's name in a bucket's, which has 63 with the account


def mesh_text(name: str, domain: str, owner: str) -> str:
    """`configs/mesh.yaml` of a mesh with one domain."""
    return (
        "# The mesh: its domains, who answers for them, and where tables are kept.\n"
        f"name: {json.dumps(name or 'mesh')}\n"
        'warehouse: "${warehouse}"\n'
        "domains:\n"
        f"  {domain}:\n"
        f"    owner: {json.dumps(owner)}\n"
        f'    warehouse: "${{{domain}_warehouse}}"\n'
        "# deployment:                               # for all jobs on AWS; a domain and a job may say otherwise\n"
        '#   jobs: {glue_version: "5.1", workers: 2, timeout: 2h}\n'
        "#   maintain: {at: cron(0 3 * * ? *)}       # every night the tables are kept in shape\n"
        "#   audit: {at: cron(0 5 * * ? *)}          # every morning somebody looks which of them are late\n"
        "#   alarms: {email: [team@example.org]}     # who is told when a run fails\n"
    )


def local_text(domain: str, values: Iterable[Value] = ()) -> str:
    """`configs/env/local.yaml`: this machine."""
    stated = "".join(f"  {one.name}: {one.local}\n" for one in values)
    return (
        "# This machine: files in folders of the project. Nothing else is needed.\n"
        "world: {type: local, home: .mesh}\n"
        f"values:\n{stated}  {domain}_warehouse: .mesh/warehouse\n  warehouse: .mesh/warehouse\n"
    )


def prod_text(mesh: str, domain: str, values: Iterable[Value] = ()) -> str:
    """`configs/env/prod.yaml`: an AWS account that is not known yet."""
    stated = "".join(
        f"  {one.name}: {one.aws.replace('<mesh>', _slug(mesh))}{f'   # {one.says}' if one.says else ''}\n"
        for one in values
    )
    return (
        "# The AWS account of the jobs: put in yours, and its region.\n"
        "# Until then `mesh-etl deploy --dry-run` shows what it would make.\n"
        'world: {type: aws, region: eu-west-1, account: "${account}"}\n'
        f'values:\n  account: "{ACCOUNT}"\n{stated}'
        f"  {domain}_warehouse: s3://{_slug(mesh)}-${{account}}-{_slug(domain)}   # mesh-etl deploy makes this bucket\n"
        f"  warehouse: s3://{_slug(mesh)}-${{account}}-mesh   # of domains that have none of their own\n"
    )


def _slug(mesh: str) -> str:
    """The mesh's name as a bucket's may begin."""
    return re.sub(r"[^a-z0-9]+", "-", mesh.lower()).strip("-")[:_LONGEST].strip("-") or "mesh"
