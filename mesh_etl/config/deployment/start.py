"""When a job starts by itself.

Source: https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.config.deployment.times import Duration
from mesh_etl.config.model import Model

CRON = r"^cron\([^()]+\)$|^rate\([^()]+\)$"
Cron = Annotated[str, Field(pattern=CRON)]
RunState = Literal["SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT"]


class OnDemand(Model):
    """Whenever somebody starts it."""

    type: Literal["on_demand"] = Field(default="on_demand", description="Nothing starts it but a person or a program.")


class OnSchedule(Model):
    """By the clock."""

    type: Literal["schedule"] = Field(default="schedule", description="By the clock.")
    at: Cron = Field(description="When, in UTC, as AWS spells it: cron(0 6 * * ? *) is daily at six.")


class AfterProducts(Model):
    """After the jobs of other products."""

    type: Literal["after"] = Field(default="after", description="After the jobs of other products.")
    products: tuple[str, ...] = Field(
        default=(), description="The products that it waits for; default: those of this mesh that the job reads."
    )
    when: Literal["all", "any"] = Field(default="all", description="Whether all of them have run, or one.")
    states: tuple[RunState, ...] = Field(
        default=("SUCCEEDED",), min_length=1, description="How their runs have ended that count."
    )


class OnFiles(Model):
    """When files come into the folder of its source."""

    type: Literal["files"] = Field(default="files", description="When files come where the source reads them.")
    batch: int = Field(default=1, ge=1, le=100, description="How many files start a run together.")
    window: Duration = Field(
        default="15m", description="How long the first of them waits for the others, up to 15 minutes."
    )


Start = Annotated[OnDemand | OnSchedule | AfterProducts | OnFiles, Field(discriminator="type")]
