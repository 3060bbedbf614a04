"""The Open Data Contract Standard, versions 3.0.0 to 3.2.0, as frozen models in which an unknown key is an error."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.contract.parts import (
    AuthoritativeDefinition,
    Context,
    CustomProperty,
    Documented,
    Part,
    Scalar,
    StableId,
    Tags,
)
from mesh_etl.contract.people import Price, Role, SupportChannel, Team, TeamMember, TeamOrMembers
from mesh_etl.contract.server import AnyServer
from mesh_etl.contract.table import Table

ApiVersion = Literal["v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"]
Text = Annotated[str, Field(min_length=1)]


class Description(Part):
    """What the data is for and what it is not for."""

    purpose: str | None = None
    limitations: str | None = None
    usage: str | None = None
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = ()
    custom_properties: tuple[CustomProperty, ...] = ()


class ServiceLevel(Part):
    """One promise about the service: its latency, frequency, retention and the like."""

    id: StableId | None = None
    property: str
    value: Scalar
    value_ext: Scalar = None
    unit: str | None = None
    element: str | None = None
    driver: str | None = None
    description: str | None = None
    scheduler: str | None = None
    schedule: str | None = None
    custom_properties: tuple[CustomProperty, ...] = ()
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = ()


class DataContract(Part):
    """A whole contract."""

    api_version: ApiVersion
    kind: Literal["DataContract"]
    id: Text
    version: Text
    name: str | None = None
    status: str | None = None
    tenant: str | None = None
    domain: str | None = None
    data_product: str | None = None
    description: Description | None = None
    context: Context | None = None
    tables: tuple[Table, ...] = Field((), alias="schema")
    servers: tuple[AnyServer, ...] = ()
    team: TeamOrMembers | None = None
    roles: tuple[Role, ...] = ()
    support: tuple[SupportChannel, ...] = ()
    price: Price | None = None
    sla_properties: tuple[ServiceLevel, ...] = ()
    sla_default_element: str | None = None
    tags: Tags = ()
    custom_properties: tuple[CustomProperty, ...] = ()
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = ()
    contract_created_ts: str | None = None

    @property
    def members(self) -> tuple[TeamMember, ...]:
        """The people of the team, in whichever form the contract writes it."""
        return self.team.members if isinstance(self.team, Team) else self.team or ()

    def custom(self, name: str) -> object:
        """The value of the contract's custom property `name`, or None where there is none."""
        return next((custom.value for custom in self.custom_properties if custom.property == name), None)


__all__ = ["ApiVersion", "DataContract", "Description", "Documented", "ServiceLevel"]
