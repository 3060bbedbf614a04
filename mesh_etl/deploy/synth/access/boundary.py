"""The policy that bounds every role which the stacks of a unit make: whatever else a role is given, it can no more.

It names what is fixed for a unit, such as buckets and databases, and what comes and goes with products, such as jobs,
logs and workflows, by how those names begin. Of sources it knows the buckets, of secrets the first part of their names:
a product more leaves it as it is, a source in another bucket does not.

What it does not allow, a role cannot do by a policy of its own. What it denies, the policy of a bucket or of a key
cannot allow either. A role has one boundary, and that is one policy; so it is short.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.estate import CENTRE
from mesh_etl.deploy.forwarding import forwards
from mesh_etl.deploy.synth import keys
from mesh_etl.deploy.synth.access.job_role import LOGS, metrics
from mesh_etl.deploy.synth.access.lent import lent
from mesh_etl.deploy.synth.access.network import bounding
from mesh_etl.deploy.synth.access.secrets import folders, secrets
from mesh_etl.deploy.synth.access.sized import POLICY, size
from mesh_etl.deploy.synth.access.sources import reads
from mesh_etl.deploy.synth.base import log_groups
from mesh_etl.deploy.synth.storage.warehouse import tables
from mesh_etl.errors import ConfigError, Fault
from mesh_etl.govern.names import central_account, central_database
from mesh_etl.govern.policies import personas
from mesh_etl.govern.policies.bucket import LEDGER_KEPT, READ, WRITE
from mesh_etl.govern.policies.documents import Conditions, Document, Statement, allow, deny, document

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.deploy.estate import Estate

LISTS = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
ENTERS = ["glue:*Partition*", "glue:CreateTable", "glue:GetDatabase", "glue:GetTable*", "glue:UpdateTable"]
ASKS = ("s3", "secretsmanager", "ssm")  # the services that ask for the keys of what is read
# No job governs, hands out rights, or takes another role.
GOVERNS = [
    "iam:*", "lakeformation:Add*", "lakeformation:Batch*", "lakeformation:Create*", "lakeformation:De*",
    "lakeformation:Grant*", "lakeformation:Put*", "lakeformation:Re*", "lakeformation:Update*", "organizations:*",
    "ram:Accept*", "ram:Associate*", "ram:Create*", "sts:*",
]  # fmt: skip


def boundary(project: Project, estate: Estate) -> Document:
    """The policy that the roles of the unit have as their boundary. Raises `ConfigError` BOUNDARY_TOO_LARGE."""
    jobs = [project.job(one) for one in estate.products]
    connections = sorted({name for job in estate.jobs for name in job.settings.connections})
    made = document(
        [
            *_files(project, estate, jobs),
            *_catalogue(project, estate, jobs),
            *folders(secrets(jobs), estate.account),
            *bounding(connections, estate.account),
            *_keys(project, estate),
            *_told(project, estate),
            *_never(),
        ]
    )
    if (length := size(made)) > POLICY:
        problem = f"what bounds the roles of '{estate.unit}' has {length:,} characters, of {POLICY:,} that IAM takes"
        fix = "make two domains of this one, or name a policy of your own: deployment: {boundary: NAME}"
        raise ConfigError(Fault("BOUNDARY_TOO_LARGE", problem, "configs/mesh.yaml", fix))
    return made


def _files(project: Project, estate: Estate, jobs: list[LoadedJob]) -> list[Statement]:
    """What lies in its own buckets, and in those of its sources."""
    place, own = tables(project, estate), f"arn:aws:s3:::{estate.artifacts}"
    sources = sorted({f"arn:aws:s3:::{one.bucket}" for one in reads(jobs)})
    kept = [place.objects] if place else []
    aside = [f"{own}/{one}*" for one in (names.TEMPORARY, names.EVENT_LOGS)]
    return [
        allow("Read", READ, [f"{own}/*", *(f"{one}/*" for one in sources), *kept]),
        allow("Write", WRITE, [*aside, *kept]),
        allow("List", LISTS, [own, *sources, *([place.arn] if place else [])]),
    ]


def _catalogue(project: Project, estate: Estate, jobs: list[LoadedJob]) -> list[Statement]:
    """The entries of its domain, here and in the centre, what its crawlers find, and whose Iceberg tables it reads."""
    if estate.unit == CENTRE:
        return []
    mesh, account = project.mesh, estate.account
    entered = personas.entries(account, [estate.unit, names.crawled(estate.stack)])
    if mesh.governance is not None:
        shared = central_database(mesh, estate.unit)
        entered += personas.entries(mesh.accounts[mesh.governance.account], [shared])
    lenders = {one.database for one in lent(project, jobs)}
    looked_up = personas.entries(central_account(mesh), lenders) if lenders else []
    return [
        allow("Catalogue", ENTERS, entered),
        *([allow("Lent", ["glue:GetTable"], looked_up)] if looked_up else []),
        personas.own_database(account, [estate.unit]),
        allow("Granted", ["lakeformation:GetDataAccess", "ram:GetResourceShareInvitations"], ["*"]),
    ]


def _keys(project: Project, estate: Estate) -> list[Statement]:
    """Its own keys; those of sources and secrets by the service that asks, for nobody here knows them."""
    account, stated = estate.account, project.env.s3.kms_key
    aliases = [names.alias(one) for one in (estate.stack, names.tables(estate.stack))]
    through = {"StringEquals": {"kms:ViaService": [f"{one}.{account.region}.amazonaws.com" for one in ASKS]}}
    made = [
        keys.named("Keys", keys.BOOKMARKS, account, aliases),
        allow("KeysThrough", keys.WRITE, [f"arn:aws:kms:{account.region}:*:key/*"], through),
    ]
    return made + ([allow("Key", keys.WRITE, [stated])] if stated is not None else [])


def _told(project: Project, estate: Estate) -> list[Statement]:
    """What starts something, what is told of it, and where."""
    account, inside = estate.account, names.inside(estate.stack)
    started = [account.arn("glue", f"{one}/{inside}*") for one in ("job", "workflow")]
    started.append(account.arn("states", f"stateMachine:{inside}*"))
    buses = [one.arn for one in forwards(project)] if estate.unit == CENTRE else [project.event_bus]
    groups = [*log_groups(estate), f"{names.crawler_logs(estate.stack)}:*"]
    return [
        allow("Start", ["glue:*JobRun*", "glue:notifyEvent", "states:StartExecution"], started),
        allow("Tell", ["events:PutEvents", "sns:Publish"], [estate.topic, *(one for one in buses if one)]),
        allow("Logs", LOGS, [account.arn("logs", f"log-group:{one}") for one in groups]),
        metrics(estate),
    ]


def _never() -> list[Statement]:
    """Wherever a ledger is, it is written once and stays; and no job governs."""
    unless: Conditions = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    ledgers = [f"arn:aws:s3:::*/{one}" for one in LEDGER_KEPT]
    return [
        deny("LedgerIsWrittenOnce", ["s3:PutObject"], ["arn:aws:s3:::*/_ledger/*"], unless),
        deny("LedgerStays", ["s3:DeleteObject", "s3:DeleteObjectVersion"], ledgers),
        deny("Governs", GOVERNS, ["*"]),
    ]
