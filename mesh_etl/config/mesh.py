"""`configs/mesh.yaml`: the domains of the mesh, who owns them, and where tables are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mesh_etl.config.model import Model

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Module = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]


class Domain(Model):
    """A team's area: its products stand under `configs/<domain>/`."""

    owner: str = Field(min_length=1, description="Who answers for the products of the domain.")
    description: str = Field(default="", description="What the domain is about.")


class Mesh(Model):
    """The whole mesh, as the governance team states it."""

    name: str = Field(min_length=1, description="The name of the mesh.")
    warehouse: str = Field(
        min_length=1, description="Where tables are kept: a folder relative to the project, or an s3:// address."
    )
    domains: dict[Name, Domain] = Field(min_length=1, description="The domains by name.")
    plugins: tuple[Module, ...] = Field(default=(), description="Modules that register sources, transforms or modes.")
