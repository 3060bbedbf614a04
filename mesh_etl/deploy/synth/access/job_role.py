"""What the role that runs a unit's jobs may do: read their sources, write their tables, enter them, and tell of it.

It is no administrator of Lake Formation, passes no role, and takes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.synth import keys
from mesh_etl.deploy.synth.access.lent import lent, looking_up_lent
from mesh_etl.deploy.synth.access.network import connected
from mesh_etl.deploy.synth.access.secrets import looking_up, secrets
from mesh_etl.deploy.synth.access.sources import reading, reads
from mesh_etl.deploy.synth.base import log_groups
from mesh_etl.deploy.synth.storage.warehouse import made_here, tables
from mesh_etl.govern.names import central_database
from mesh_etl.govern.policies import personas
from mesh_etl.govern.policies.bucket import kept
from mesh_etl.govern.policies.documents import Conditions, Statement, allow, deny
from mesh_etl.telemetry.address import namespace

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.deploy.estate import Estate

LOOKS = ["GetDatabase", "GetPartitionIndexes", "GetPartitions", "GetTable"]
LOGS = ["logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
GLUE = "Glue"  # the namespace of its metrics


def of_jobs(project: Project, estate: Estate) -> list[Statement]:
    """Everything that the role of the unit's jobs may do."""
    if estate.unit == CENTRE:  # what it governs with, its role has: `mesh-etl govern policies`
        return running(estate)
    found = [project.job(one) for one in estate.products]
    return [
        *running(estate),
        *_sources(estate, found),
        *_tables(project, estate),
        *_catalogue(project, estate),
        *looking_up_lent(project, lent(project, found)),
    ]


def running(estate: Estate) -> list[Statement]:
    """What any job needs to run: its packages, a place for what it puts aside, its logs and metrics, their key."""
    account = estate.account
    own = f"arn:aws:s3:::{estate.artifacts}"
    aside = [names.TEMPORARY, names.EVENT_LOGS]
    groups = [account.arn("logs", f"log-group:{one}") for one in log_groups(estate)[:2]]
    listed = {"StringLike": {"s3:prefix": [f"{one}*" for one in (names.PACKAGES, *aside)]}}
    writes = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    return [
        allow("Packages", ["s3:GetObject"], [f"{own}/{names.PACKAGES}*"]),
        allow("Aside", writes, [f"{own}/{one}*" for one in aside]),
        allow("ArtifactsList", ["s3:ListBucket"], [own], listed),
        allow("ArtifactsPlace", ["s3:GetBucketLocation"], [own]),
        keys.named("ArtifactsKey", keys.BOOKMARKS, account, [names.alias(estate.stack)]),
        allow("Logs", LOGS, groups),
        metrics(estate),
    ]


def metrics(estate: Estate) -> Statement:
    """The right to tell metrics: those that Glue itself writes with the role of a job, and those of the domain."""
    spaces = [GLUE] + ([namespace(estate.mesh, estate.env, estate.unit)] if estate.unit != CENTRE else [])
    return allow("Metrics", ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": spaces}})


def _sources(estate: Estate, jobs: list[LoadedJob]) -> list[Statement]:
    connections = sorted({name for job in estate.jobs for name in job.settings.connections})
    return [
        *reading(reads(jobs), estate.account),
        *looking_up(secrets(jobs), estate.account),
        *connected(connections, estate.account),
    ]


def _tables(project: Project, estate: Estate) -> list[Statement]:
    """The files of its tables: no entry of a ledger is removed, whatever the bucket's own policy says."""
    place, key, account = tables(project, estate), project.env.s3.kms_key, estate.account
    found = list(personas.writer([place] if place else [], key, project.event_bus)["Statement"])
    if place is None:
        return found
    found.append(deny("LedgerStays", ["s3:DeleteObject"], kept([place])))
    if key is not None:
        return found
    if made_here(project, estate):
        aliases = [names.alias(names.tables(estate.stack))]
        return [*found, keys.named("TablesKey", keys.WRITE, account, aliases)]
    when: Conditions = {
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": sorted([place.arn, place.objects])},
        "StringEquals": {"kms:ViaService": f"s3.{account.region}.amazonaws.com"},
    }
    held = [f"arn:aws:kms:{account.region}:*:key/*"]
    return [*found, allow("TablesKey", keys.WRITE, held, when)]


def _catalogue(project: Project, estate: Estate) -> list[Statement]:
    """Its own database, and the central one of its domain, where it enters what it publishes."""
    mesh, domain, account = project.mesh, estate.unit, estate.account
    own = personas.entries(account, [domain])
    central = mesh.accounts[mesh.governance.account] if mesh.governance else None
    both = own + (personas.entries(central, [central_database(mesh, domain)]) if central else [])
    found = [
        allow("Catalogue", [f"glue:{one}" for one in LOOKS + personas.WRITES], both),
        personas.own_database(account, [domain]),
        allow("Data", ["lakeformation:GetDataAccess"], ["*"]),
    ]
    return found + ([allow("Invitations", ["ram:GetResourceShareInvitations"], ["*"])] if central else [])
