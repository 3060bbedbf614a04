"""Who stands behind a contract: team, roles, support channels and price."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag

from mesh_etl.contract.parts import AuthoritativeDefinition, CustomProperty, Documented, Id, Number, Part, Tags
from mesh_etl.contract.versions import Required, Since


class TeamMember(Documented):
    """Somebody who works, or has worked, on the product; dates are ISO 8601."""

    username: str
    name: Annotated[str | None, Since("v3.0.2")] = None
    description: Annotated[str | None, Since("v3.0.2")] = None
    tags: Annotated[Tags, Since("v3.1.0")] = ()
    custom_properties: Annotated[tuple[CustomProperty, ...], Since("v3.1.0")] = ()
    authoritative_definitions: Annotated[tuple[AuthoritativeDefinition, ...], Since("v3.1.0")] = ()
    role: str | None = None
    date_in: str | None = None
    date_out: str | None = None
    replaced_by_username: str | None = None


class Team(Documented):
    """A team with its members."""

    name: str | None = None
    members: tuple[TeamMember, ...] = ()


def _team_form(value: Any) -> Literal["members", "team"]:
    return "members" if isinstance(value, list | tuple) else "team"


# Versions 3.0 of the standard have the bare list of members.
TeamOrMembers = Annotated[
    Annotated[tuple[TeamMember, ...], Tag("members")] | Annotated[Team, Tag("team")],
    Discriminator(_team_form),
]


class Role(Part):
    """A role that gives access, and who approves it."""

    id: Id = None
    role: str
    description: str | None = None
    access: str | None = None
    first_level_approvers: str | None = None
    second_level_approvers: str | None = None
    custom_properties: Annotated[tuple[CustomProperty, ...], Since("v3.0.1")] = ()


class SupportChannel(Part):
    """Where to ask, or to be told."""

    id: Id = None
    channel: str
    url: Annotated[str | None, Required("v3.0.2")] = None
    description: str | None = None
    tool: str | None = None
    scope: str | None = None
    invitation_url: str | None = None
    custom_properties: Annotated[tuple[CustomProperty, ...], Since("v3.1.0")] = ()


class Price(Part):
    """What the data costs per unit."""

    id: Id = None
    price_amount: Number | None = None
    price_currency: str | None = None
    price_unit: str | None = None
