"""`deploy:` of a job, and `jobs:` of a deployment: how a job runs on AWS Glue."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.config.deployment.start import OnDemand, Start
from mesh_etl.config.deployment.times import Duration
from mesh_etl.config.model import Model

GlueVersion = Literal["5.0", "5.1", "6.0", "auto"]
WorkerType = Literal[
    "G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"
]  # fmt: skip
TagKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ .:/=+@-]{1,128}$")]
TagValue = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ .:/=+@-]{0,256}$")]
SparkKey = Annotated[str, Field(pattern=r"^spark\.[A-Za-z0-9_.-]+$")]
SparkValue = Annotated[str, Field(pattern=r"^[^\s]+$", max_length=1024)]
Connection = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ .-]{1,255}$")]


class Stream(Model):
    """The job does not end: it looks for new input again and again, and each time commits what it found."""

    every: Duration = Field(default="1m", description="How long it waits from one look to the next.")


class Crawler(Model):
    """A Glue crawler looks at the source as well, for teams that want what it finds in their catalogue."""

    schedule: str | None = Field(
        default=None, pattern=r"^cron\([^()]+\)$", description="When it comes by, in UTC; default: when it is started."
    )


class Deployment(Model):
    """How a job runs on AWS Glue. What a job leaves out is as its domain says, and then as the mesh does."""

    glue_version: GlueVersion = Field(
        default="5.1", description="The version of Glue; auto lets AWS raise it, by running a job twice where need be."
    )
    engine: Literal["glue", "embedded"] = Field(
        default="glue", description="glue: the Spark of the job; embedded: on the first worker alone, for small tables."
    )
    packages: Literal["wheels", "virtual_env"] = Field(
        default="wheels",
        description="wheels: what Glue lacks is installed at each start; virtual_env: all is in one archive, unpacked.",
    )
    worker_type: WorkerType = Field(default="G.1X", description="The size of a worker.")
    workers: int = Field(default=2, ge=2, le=299, description="How many workers; with auto scaling, at most.")
    auto_scaling: bool = Field(default=True, description="Whether Glue takes fewer workers while fewer will do.")
    execution: Literal["standard", "flex"] = Field(
        default="standard", description="flex: cheaper, on spare capacity, and without a promise when it starts."
    )
    timeout: Duration = Field(default="2h", description="How long a run may take, up to 7d.")
    retries: int = Field(default=1, ge=0, le=10, description="How often a run that failed is tried again.")
    concurrent_runs: int = Field(default=1, ge=1, le=1000, description="How many runs there may be at once.")
    start: Start = Field(default=OnDemand(), description="When the job starts by itself.")
    stream: Stream | None = Field(default=None, description="Present, where the job goes on until it is stopped.")
    late_after: Duration | None = Field(
        default=None, description="How long after the last version of the table somebody is told that it is late."
    )
    dpu_hours: float | None = Field(
        default=None, gt=0, description="How many DPU-hours a run may take before somebody is told."
    )
    bookmark: Literal["disable", "enable"] = Field(
        default="disable",
        description="Whether Glue's job bookmark is kept too, for tools that look at it; no run ever depends on it.",
    )
    spark: dict[SparkKey, SparkValue] = Field(default_factory=dict, description="Settings of Spark for the job.")
    connections: tuple[Connection, ...] = Field(
        default=(), description="Glue connections, by name: for networks and databases that the job must reach."
    )
    crawler: Crawler | None = Field(default=None, description="Present, where a crawler looks at the source as well.")
    tags: dict[TagKey, TagValue] = Field(default_factory=dict, description="Tags of AWS for what the job consists of.")
