"""`policies:` and `exemptions:` of mesh.yaml: what the mesh asks of its contracts and jobs, and who is let off."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from mesh_etl.config.model import Model
from mesh_etl.expressions.paths import check
from mesh_etl.expressions.patterns import found

Scope = Literal["contract", "columns", "rules", "roles", "servers", "job"]
PolicyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Severity = Literal["error", "warning"]
Function = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")]
Domains = Annotated[tuple[str, ...], Field(min_length=1)]


class Policy(Model):
    """What all policies have in common."""

    severity: Severity = Field(
        default="error", description="error: nothing runs that breaks the policy; warning: it is told."
    )
    domains: Domains | None = Field(default=None, description="The domains that it is about; all by default.")
    fix: str = Field(default="", description="What to do about a break.")


class StatedPolicy(Policy):
    """A policy that the mesh words itself."""

    name: PolicyName = Field(description="What it is called in faults and exemptions.")
    scope: Scope = Field(alias="for", description="What is judged: each contract, column, rule, role, server or job.")
    message: str = Field(min_length=1, description="What is wrong with what breaks it.")


class ExpressionPolicy(StatedPolicy):
    """A policy as an expression that must be true."""

    assertion: str = Field(alias="assert", min_length=1, description="JMESPath that is true of what keeps the policy.")
    when: str | None = Field(default=None, min_length=1, description="JMESPath that is true of what is judged at all.")

    @field_validator("assertion", "when")
    @classmethod
    def _is_expression(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                check(value)
            except ValueError as error:
                context = {"fix": "see jmespath.org"}
                raise PydanticCustomError("bad_expression", str(error), context) from None
        return value


class FunctionPolicy(StatedPolicy):
    """A policy as a Python function."""

    function: Function = Field(
        description="A function, as module:function, that takes the subject and says whether it keeps the policy."
    )


class OwnerPresent(Policy):
    """Somebody stands behind each contract."""

    use: Literal["owner-present"]
    role: str | None = Field(default=None, description="The role that one of the team must have, such as owner.")


class VersionIsSemver(Policy):
    """The version of a contract is semantic."""

    use: Literal["version-is-semver"]


class PersonalDataClassified(Policy):
    """A column whose name suggests personal data is classified."""

    use: Literal["personal-data-classified"]
    classifications: tuple[str, ...] = Field(
        default=(), description="The classifications that will do; any by default."
    )


class ColumnsDescribed(Policy):
    """Each column has a description, fields inside columns too."""

    use: Literal["columns-described"]
    min_length: int = Field(default=1, ge=1, description="How many characters a description has at least.")


class NamesPolicy(Policy):
    """What policies about names have in common."""

    pattern: str = Field(description="A regular expression, as RE2 reads them, that a whole name matches.")

    @field_validator("pattern")
    @classmethod
    def _is_regular(cls, value: str) -> str:
        found(value, "")
        return value


class ColumnNames(NamesPolicy):
    """The names of columns match a pattern."""

    use: Literal["column-names"]


class TableNames(NamesPolicy):
    """The names of tables match a pattern."""

    use: Literal["table-names"]


class LevelsDeclared(Policy):
    """The contract declares service levels."""

    use: Literal["service-levels-declared"]
    levels: tuple[str, ...] = Field(min_length=1, description="The service levels, such as latency and retention.")


class RetentionDeclared(Policy):
    """The contract says for how long data is kept."""

    use: Literal["retention-declared"]


class RulesExecutable(Policy):
    """No rule is prose alone, or for an engine that nobody runs."""

    use: Literal["rules-executable"]
    engines: tuple[str, ...] = Field(default=("mesh_etl", "dqdl"), description="The engines whose rules are run.")


class NoWildcardGrants(Policy):
    """No role gives access to everything or everybody."""

    use: Literal["no-wildcard-grants"]


class EncryptionOn(Policy):
    """Servers say how they encrypt what they hold."""

    use: Literal["encryption-on"]
    key: str = Field(default="encryption", alias="property", description="The custom property that says it.")
    types: tuple[str, ...] = Field(default=("s3", "glue", "athena", "iceberg"), description="The types of servers.")


class AllowedRegions(Policy):
    """Servers stand in allowed regions."""

    use: Literal["allowed-regions"]
    regions: tuple[str, ...] = Field(min_length=1, description="The regions, such as eu-central-1.")


class AllowedFormats(Policy):
    """Servers serve allowed formats."""

    use: Literal["allowed-formats"]
    formats: tuple[str, ...] = Field(min_length=1, description="The formats, such as parquet.")


class AllowedSources(Policy):
    """Jobs read from allowed kinds of sources."""

    use: Literal["allowed-sources"]
    sources: tuple[str, ...] = Field(min_length=1, description="The types of sources, such as csv and table.")


BuiltIn = Annotated[
    OwnerPresent
    | VersionIsSemver
    | PersonalDataClassified
    | ColumnsDescribed
    | ColumnNames
    | TableNames
    | LevelsDeclared
    | RetentionDeclared
    | RulesExecutable
    | NoWildcardGrants
    | EncryptionOn
    | AllowedRegions
    | AllowedFormats
    | AllowedSources,
    Field(discriminator="use"),
]


def _form(value: Any) -> str:
    keys = value if isinstance(value, dict) else type(value).model_fields
    return "use" if "use" in keys else "function" if "function" in keys else "expression"


AnyPolicy = Annotated[
    Annotated[BuiltIn, Tag("use")]
    | Annotated[FunctionPolicy, Tag("function")]
    | Annotated[ExpressionPolicy, Tag("expression")],
    Discriminator(_form),
]


def name_of(policy: AnyPolicy) -> str:
    """What the policy is called in faults and exemptions."""
    return policy.name if isinstance(policy, StatedPolicy) else policy.use


class Exemption(Model):
    """Who is let off from a policy, until when, and why."""

    policy: PolicyName = Field(description="The policy, by its name.")
    products: tuple[str, ...] = Field(min_length=1, description="The products that are let off, as domain.name.")
    only: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="The columns, roles, servers or rules alone that are let off."
    )
    owner: str = Field(min_length=1, description="Who answers for it.")
    reason: str = Field(min_length=1, description="Why.")
    until: date = Field(description="The last day on which it holds, in UTC.")
