"""The people of a mesh: personas of a domain, principals of a consumer, and the access that they always have."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.config.governance.accounts import RoleName
from mesh_etl.config.governance.tags import ExpressionName, TagExpression
from mesh_etl.config.model import Model

Verb = Literal["describe", "select", "insert", "delete", "alter", "drop"]
PersonName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Persona(Model):
    """Somebody who works in a domain, as an IAM role of its account."""

    role: RoleName = Field(description="The IAM role in the domain's account.")
    rights: Annotated[tuple[Verb, ...], Field(min_length=1)] = Field(
        default=("describe",), description="What the role may do with the domain's products."
    )
    runs_jobs: bool = Field(default=False, description="Whether the domain's jobs run as this role; one persona does.")


class Consumer(Model):
    """A team that reads products of others."""

    account: str = Field(min_length=1, description="Its account, by its name under accounts.")
    owner: str = Field(default="", description="Who answers for it.")
    principals: dict[PersonName, RoleName] = Field(
        default_factory=dict, description="The IAM roles of its account by the names that the mesh has for them."
    )


class Access(Model):
    """Access that holds for everything that is tagged so, whoever publishes it."""

    to: str = Field(min_length=1, description="Who: a persona or principal such as marketing.analyst, or a consumer.")
    tagged: TagExpression | ExpressionName = Field(
        description="The tags of what may be seen, or the name of a saved expression."
    )
    rights: Annotated[tuple[Literal["describe", "select"], ...], Field(min_length=1)] = Field(
        default=("select", "describe"), description="What may be done with it."
    )
    grant_option: bool = Field(default=False, description="Whether it may be given on.")
    reason: str = Field(default="", description="Why.")
