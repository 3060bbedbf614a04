"""`deployment:` of the mesh, and of a domain: what stands in an account around its jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.config.aws import TopicArn
from mesh_etl.config.deployment.job import Deployment
from mesh_etl.config.deployment.start import Cron
from mesh_etl.config.model import Model

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
# With its path where it has one; an ARN is computed for each account.
PolicyName = Annotated[str, Field(pattern=r"^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,128}$", max_length=512)]
KeepDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]  # fmt: skip # noqa: E501


class Chore(Model):
    """A job that keeps a domain's tables, all of them, by the clock."""

    at: Cron = Field(description="When, in UTC, as in cron(0 3 * * ? *).")


class Alarms(Model):
    """Who is told when a run fails, is late, costs too much, or its data is refused."""

    email: tuple[Email, ...] = Field(default=(), description="The addresses that are written to.")
    topic: TopicArn | None = Field(default=None, description="A topic that exists, by ARN; default: one is made.")


class Budget(Model):
    """What the jobs may cost."""

    monthly: float = Field(gt=0, description="US dollars a month; somebody is told at 80 % and when it is foreseen.")


class DomainDeployment(Model):
    """How the jobs of a domain run. What a domain leaves out is as the mesh says."""

    jobs: Deployment = Field(default=Deployment(), description="How a job runs that does not say it itself.")
    orchestration: Literal["triggers", "step_functions"] = Field(
        default="triggers", description="What lets products follow each other: Glue's workflows, or a state machine."
    )
    maintain: Chore | None = Field(default=None, description="When the tables of the domain are kept in shape.")
    audit: Chore | None = Field(default=None, description="When they are held against ledger, files and catalogue.")
    alarms: Alarms = Field(default=Alarms(), description="Who is told when something is wrong.")
    budget: Budget | None = Field(default=None, description="What the domain's jobs may cost.")
    keep_logs: KeepDays = Field(default=90, description="How many days logs are kept, of those that CloudWatch knows.")
    artifacts: BucketName | None = Field(
        default=None,
        description="A bucket that is there, for scripts, packages and logs; default: one is made for the domain.",
    )
    roles: Literal["create", "existing"] = Field(
        default="create", description="Whether the roles that run jobs are made, or are there already."
    )
    boundary: PolicyName | None = Field(
        default=None,
        description="A managed policy of the account, by its name, that bounds every role which is made; default: the"
        " one that mesh-etl govern policies prints, mesh-boundary-<mesh>-<environment>-<domain>.",
    )
    buckets: Literal["create", "existing"] = Field(
        default="create", description="Whether the buckets of the domain's tables are made, or are there already."
    )
    config_rules: Literal["create", "none"] = Field(
        default="none", description="Whether AWS Config watches the buckets and jobs; it must be on in the account."
    )


class MeshDeployment(DomainDeployment):
    """How the jobs of all domains run that do not say otherwise."""

    govern: Chore | None = Field(default=None, description="When what the accounts hold is held against this file.")
    prices: str | None = Field(
        default=None,
        min_length=1,
        description="A file with prices of your own, relative to the project, such as configs/prices.json; default:"
        " list prices, which come with the library.",
    )
