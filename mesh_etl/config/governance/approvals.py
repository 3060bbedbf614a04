"""`approvals:` of mesh.yaml: which requests for access need nobody to look at them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from mesh_etl.config.model import Model
from mesh_etl.expressions import paths


class Approval(Model):
    """A policy by which a request for access is approved at once, for as long as it says."""

    name: str = Field(min_length=1, description="What the policy is called; the decision says it.")
    to: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Who may ask: consumers, domains, or single persons such as marketing.analyst."
    )
    domains: tuple[str, ...] | None = Field(default=None, description="Only products of these domains; default: all.")
    roles: tuple[str, ...] | None = Field(default=None, description="Only these roles of contracts; default: all.")
    classifications: tuple[str, ...] = Field(
        default=("public", "internal"),
        description="The classifications of columns that may be shown without anybody looking; name personal to let"
        " personal data through.",
    )
    when: str | None = Field(
        default=None,
        min_length=1,
        description="A JMESPath condition over {request, contract}, such as contract.status == 'active'.",
    )
    days: int = Field(ge=1, le=3660, description="How many days the access holds at most.")
    reason: str = Field(min_length=1, description="Why nobody needs to look.")

    @field_validator("when")
    @classmethod
    def _is_an_expression(cls, value: str | None) -> str | None:
        if value is not None:
            paths.check(value)
        return value
