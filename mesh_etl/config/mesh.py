"""`configs/mesh.yaml`: the domains of the mesh, who owns them, and where tables are kept."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mesh_etl.config.deployment.mesh import DomainDeployment, MeshDeployment
from mesh_etl.config.governance.accounts import Account, Governance
from mesh_etl.config.governance.approvals import Approval
from mesh_etl.config.governance.people import Access, Consumer, Persona, PersonName
from mesh_etl.config.governance.tags import ExpressionName, Tag, TagExpression, TagKey, TagValue
from mesh_etl.config.model import Model
from mesh_etl.config.policies import AnyPolicy, Exemption, Function, name_of
from mesh_etl.errors import did_you_mean

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Module = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]


_RE2_CLASS = re.compile(r"\\[pP](\{\^?\w+\}|[A-Z])")


class Classifier(Model):
    """How `mesh-etl infer` knows a kind of data that this mesh has: by a pattern or by a function, not both."""

    name: Name = Field(description="What the kind of data is called.")
    pattern: str | None = Field(default=None, min_length=1, description="A regular expression that the values match.")
    function: Function | None = Field(
        default=None, description="A function of one text that says whether it is such a value, as module:function."
    )
    classification: str = Field(min_length=1, description="The classification that a contract is to state.")
    logical_type: Literal["string"] | None = Field(
        default=None,
        alias="logicalType",
        description="string, where such values are text even if they look like numbers.",
    )
    threshold: float = Field(
        default=0.95, gt=0, le=1, description="The share of the different values of a column that must be such."
    )

    @field_validator("pattern")
    @classmethod
    def _is_regular(cls, value: str | None) -> str | None:
        try:
            re.compile(_RE2_CLASS.sub("x", value or ""))  # what RE2 adds to it, the crawler judges
        except re.error as error:
            raise ValueError(f"is no regular expression: {error.msg}") from None
        return value

    @model_validator(mode="after")
    def _has_one_test(self) -> Self:
        if (self.pattern is None) == (self.function is None):
            problem, fix = "needs a pattern or a function, and not both", "keep one of them"
            raise PydanticCustomError("one_test", problem, {"fix": fix})
        return self


class Domain(Model):
    """A team's area: its products stand under `configs/<domain>/`."""

    owner: str = Field(min_length=1, description="Who answers for the products of the domain.")
    description: str = Field(default="", description="What the domain is about.")
    account: str | None = Field(default=None, description="The AWS account that holds its data, by its name.")
    warehouse: str | None = Field(
        default=None, min_length=1, description="Where its tables are kept: a folder, or s3:// in its account."
    )
    personas: dict[PersonName, Persona] = Field(
        default_factory=dict, description="Who works in the domain, such as engineer and steward."
    )
    tags: dict[TagKey, TagValue] = Field(
        default_factory=dict, description="The LF-Tags that all its products have, such as domain: sales."
    )
    deployment: DomainDeployment = Field(
        default=DomainDeployment(), description="How its jobs run on AWS, where not as the mesh says."
    )


class Mesh(Model):
    """The whole mesh, as the governance team states it."""

    name: str = Field(min_length=1, description="The name of the mesh.")
    warehouse: str = Field(
        min_length=1, description="Where tables are kept: a folder relative to the project, or an s3:// address."
    )
    domains: dict[Name, Domain] = Field(min_length=1, description="The domains by name.")
    versioning: Literal["semver", "free"] = Field(
        default="semver",
        description="Whether the versions of contracts must say what changed, as Semantic Versioning does, and breaking"
        " changes be acknowledged.",
    )
    plugins: tuple[Module, ...] = Field(
        default=(), description="Modules that register sources, transforms, modes or checks."
    )
    classifiers: tuple[Classifier, ...] = Field(
        default=(), description="Kinds of data that mesh-etl infer looks for, before those that it knows by itself."
    )
    policies: tuple[AnyPolicy, ...] = Field(
        default=(), description="What every contract and job must keep to, before anything is read."
    )
    exemptions: tuple[Exemption, ...] = Field(default=(), description="Who is let off from a policy, until when.")
    accounts: dict[Name, Account] = Field(default_factory=dict, description="The AWS accounts of the mesh by name.")
    governance: Governance | None = Field(
        default=None, description="The central catalogue; without it, products are in their own account's alone."
    )
    tags: Annotated[dict[TagKey, Tag], Field(max_length=50)] = Field(
        default_factory=dict, description="The LF-Tags by which data is classified, as many as one thing can have."
    )
    expressions: dict[ExpressionName, TagExpression] = Field(
        default_factory=dict, description="Tag expressions that are saved under a name."
    )
    consumers: dict[Name, Consumer] = Field(default_factory=dict, description="Teams that read products of others.")
    access: tuple[Access, ...] = Field(
        default=(), description="Access that holds for all data that is tagged so, whoever publishes it."
    )
    deployment: MeshDeployment = Field(default=MeshDeployment(), description="How jobs run on AWS.")
    approvals: tuple[Approval, ...] = Field(
        default=(), description="Which requests for access are approved without anybody looking at them."
    )

    @model_validator(mode="after")
    def _policies_are_about_domains_there_are(self) -> Self:
        for index, policy in enumerate(self.policies):
            for at, name in enumerate(policy.domains or ()):
                if name not in self.domains:
                    context = {"fix": did_you_mean(name, self.domains), "at": ("policies", index, "domains", at)}
                    raise PydanticCustomError("unknown_domain", f"there is no domain '{name}'", context)
        return self

    @model_validator(mode="after")
    def _policies_are_told_apart(self) -> Self:
        names = [name_of(policy) for policy in self.policies]
        for index, name in enumerate(names):
            if name in names[:index]:
                context = {"fix": "keep one of them, or name it otherwise", "at": ("policies", index)}
                raise PydanticCustomError("duplicate_name", f"the policy '{name}' stands twice", context)
        return self
