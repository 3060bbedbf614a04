"""`configs/env/<env>.yaml`: where the mesh runs, and the values that differ from place to place."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.config.aws import AccountId, Region
from mesh_etl.config.model import Model

Value = str | int | float | bool


class LocalWorld(Model):
    """This machine: files, and a catalogue in one file; no server and no account is needed."""

    type: Literal["local"] = Field(default="local", description="Run on this machine.")
    home: str = Field(
        default=".mesh", min_length=1, description="The folder of the catalogue, relative to the project."
    )


class AwsWorld(Model):
    """One AWS account in one region."""

    type: Literal["aws"] = Field(default="aws", description="Run in an AWS account.")
    region: Region = Field(description="The region, such as eu-west-1.")
    account: AccountId = Field(description="The account, twelve digits in quotes.")
    profile: str | None = Field(default=None, min_length=1, description="The profile of the AWS configuration to use.")


class S3(Model):
    """How tables are kept in S3, for an environment whose warehouse is an s3:// address."""

    kms_key: str | None = Field(
        default=None, min_length=1, description="The KMS key that encrypts objects, by ARN; default: the bucket's rule."
    )
    bucket_owner: AccountId | None = Field(
        default=None,
        description="The account whose buckets these are, in quotes; default in a world of type aws: its account.",
    )


World = Annotated[LocalWorld | AwsWorld, Field(discriminator="type")]
ValueName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Env(Model):
    """One environment: the same contracts and jobs run in every one of them."""

    world: World = Field(description="Where the work is done and where the catalogue is.")
    s3: S3 = Field(default_factory=S3, description="How tables are kept in S3.")
    values: dict[ValueName, Value] = Field(
        default_factory=dict, description="What ${name} stands for in the other files and in this one."
    )
