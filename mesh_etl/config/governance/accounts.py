"""`accounts:` and `governance:` of mesh.yaml: which AWS account holds what, and who acts there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mesh_etl.config.aws import AccountId, Region, TopicArn
from mesh_etl.config.model import Model

# With its path where it has one, as the roles of IAM Identity Center do: Lake Formation names a principal by its whole
# ARN, of at most 255 characters.
RoleName = Annotated[str, Field(pattern=r"^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$", max_length=224)]


class Account(Model):
    """An AWS account of the mesh."""

    id: AccountId = Field(description="The account, twelve digits in quotes.")
    region: Region = Field(default="eu-west-1", description="The region of its catalogue.")
    role: RoleName = Field(default="mesh-governor", description="The role that `mesh-etl govern` works as in it.")
    deploy_role: RoleName = Field(
        default="mesh-deployer", description="The role that `mesh-etl deploy` and its kind work as in it."
    )
    external_id: str | None = Field(
        default=None,
        min_length=2,
        max_length=1224,
        pattern=r"^[A-Za-z0-9_+=,.@:/-]*$",
        description="What the role's trust asks of whoever takes it, so that nobody is talked into taking it.",
    )
    registration_role: RoleName = Field(
        default="mesh-data-access", description="The role by which Lake Formation reads the account's data."
    )

    def arn(self, service: str, resource: str) -> str:
        """The ARN of what the account has in its region: `arn:aws:glue:eu-west-1:222222222222:job/orders`."""
        return f"arn:aws:{service}:{self.region}:{self.id}:{resource}"


class Governance(Model):
    """Where the mesh keeps its central catalogue."""

    account: str = Field(min_length=1, description="The account of the central catalogue, by its name under accounts.")
    database: str = Field(
        default="{mesh}_{domain}",
        pattern=r"^[a-z0-9_]*(\{mesh\}[a-z0-9_]*)?\{domain\}[a-z0-9_]*$",
        description="The name of a domain's database in the central catalogue, and of the links to it.",
    )
    store: str | None = Field(
        default=None,
        min_length=1,
        description="Where requests for access and what was decided are kept: a folder or an s3:// address; default:"
        " _governance in the warehouse.",
    )
    notify: TopicArn | None = Field(
        default=None,
        description="The SNS topic that is told of requests for access and of what was decided, by ARN.",
    )
    event_bus: str | None = Field(
        default=None,
        pattern=r"^(arn:aws:events:[a-z0-9-]+:[0-9]{12}:event-bus/)?[A-Za-z0-9_./-]{1,256}$",
        description="The EventBridge bus that is told what happens: one of the governance account by its name, or any"
        " by ARN.",
    )
    exclusive: bool = Field(
        default=False, description="Whether grants that nobody asked for in the configuration are removed."
    )
