"""What all servers have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from mesh_etl.contract.parts import CustomProperty, Id, Part
from mesh_etl.contract.people import Role

# Text is for a variable that is resolved when a program connects.
Port = Annotated[int, Strict(), Field(ge=0, le=65535)] | Annotated[str, Field(pattern=r"^(\d+|.*\$\{[^}]+\}.*)$")]


class Server(Part):
    """The base of all servers: `server` is its name within the contract, `type` says what it is."""

    id: Id = None
    server: str
    type: str
    description: str | None = None
    environment: str | None = None
    roles: tuple[Role, ...] = ()
    custom_properties: tuple[CustomProperty, ...] = ()
