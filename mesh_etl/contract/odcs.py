"""The Open Data Contract Standard, versions 3.0.0 to 3.2.0, as frozen models in which an unknown key is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mesh_etl.contract.parts import (
    AuthoritativeDefinition,
    Context,
    CustomProperty,
    Documented,
    Id,
    Part,
    Scalar,
    Tags,
)
from mesh_etl.contract.people import Price, Role, SupportChannel, Team, TeamMember, TeamOrMembers
from mesh_etl.contract.quality import MeasuredRule, QualityRule
from mesh_etl.contract.server import AnyServer
from mesh_etl.contract.table import Loc, Table
from mesh_etl.contract.versions import ApiVersion, Deprecated, Required, Since

Text = Annotated[str, Field(min_length=1)]
# The custom property of a contract that says whether the ends belong to the intervals of its rules.
BETWEEN, INCLUSIVE, EXCLUSIVE = "mustBeBetween", "inclusive", "exclusive"


class Description(Part):
    """What the data is for and what it is not for."""

    purpose: str | None = None
    limitations: str | None = None
    usage: str | None = None
    authoritative_definitions: Annotated[tuple[AuthoritativeDefinition, ...], Since("v3.0.1")] = ()
    custom_properties: Annotated[tuple[CustomProperty, ...], Since("v3.0.1")] = ()


class ServiceLevel(Part):
    """One promise about the service: its latency, frequency, retention and the like."""

    id: Id = None
    property: str
    value: Scalar
    value_ext: Scalar = None
    unit: str | None = None
    element: str | None = None
    driver: str | None = None
    description: Annotated[str | None, Since("v3.1.0")] = None
    scheduler: Annotated[str | None, Since("v3.1.0")] = None
    schedule: Annotated[str | None, Since("v3.1.0")] = None
    custom_properties: Annotated[tuple[CustomProperty, ...], Since("v3.2.0")] = ()
    authoritative_definitions: Annotated[tuple[AuthoritativeDefinition, ...], Since("v3.2.0")] = ()


class DataContract(Part):
    """A whole contract."""

    api_version: ApiVersion
    kind: Literal["DataContract"]
    id: Text
    version: Text
    name: str | None = None
    status: Annotated[str | None, Required("v3.1.0")] = None
    tenant: str | None = None
    domain: str | None = None
    data_product: Annotated[str | None, Deprecated("v3.1.0", instead="name it in a data product's file")] = None
    description: Description | None = None
    context: Annotated[Context | None, Since("v3.2.0")] = None
    tables: tuple[Table, ...] = Field((), alias="schema")
    servers: tuple[AnyServer, ...] = ()
    team: Annotated[
        TeamOrMembers | None,
        Since("v3.1.0", (Team,)),
        Deprecated("v3.1.0", (tuple,), instead="write the people under 'members' of the team"),
    ] = None
    roles: tuple[Role, ...] = ()
    support: tuple[SupportChannel, ...] = ()
    price: Price | None = None
    sla_properties: tuple[ServiceLevel, ...] = ()
    sla_default_element: Annotated[
        str | None, Deprecated("v3.1.0", instead="write the element beside each service level")
    ] = None
    tags: Tags = ()
    custom_properties: tuple[CustomProperty, ...] = ()
    authoritative_definitions: Annotated[tuple[AuthoritativeDefinition, ...], Since("v3.0.1")] = ()
    contract_created_ts: str | None = None

    @model_validator(mode="after")
    def _close_intervals(self) -> DataContract:
        if self.custom(BETWEEN) == INCLUSIVE:
            for _, rule in self.rules():
                if isinstance(rule, MeasuredRule):
                    rule.close_intervals()
        return self

    def rules(self) -> Iterator[tuple[Loc, QualityRule]]:
        """Every quality rule of the contract with its path, those of a table before those of its columns."""
        for index, table in enumerate(self.tables):
            places = [((), table.quality), *((below, found.quality) for below, found in table.walk())]
            for below, rules in places:
                yield from ((("schema", index, *below, "quality", at), rule) for at, rule in enumerate(rules))

    @property
    def members(self) -> tuple[TeamMember, ...]:
        """The people of the team, in whichever form the contract writes it."""
        return self.team.members if isinstance(self.team, Team) else self.team or ()

    def custom(self, name: str) -> object:
        """The value of the contract's custom property `name`, or None where there is none."""
        return next((custom.value for custom in self.custom_properties if custom.property == name), None)


__all__ = ["ApiVersion", "DataContract", "Description", "Documented", "ServiceLevel"]
