"""The Open Data Product Standard of Bitol, versions 1.0.0 and 1.1.0, as frozen models.

An unknown key is an error, and so is a key that came with 1.1.0 in a file that declares 1.0.0.
Source: github.com/bitol-io/open-data-product-standard, schema/odps-json-schema-v1.0.0.json and -v1.1.0.json.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mesh_etl.contract.odcs import Description
from mesh_etl.contract.parts import (
    AuthoritativeDefinition,
    ContextBlock,
    CustomProperty,
    Flag,
    Part,
    Synonym,
    Tags,
)
from mesh_etl.contract.people import Team, TeamMember

Text = Annotated[str, Field(min_length=1)]
Customs = tuple[CustomProperty, ...]
Definitions = tuple[AuthoritativeDefinition, ...]


class InputContract(Part):
    """A contract that what leaves a port depends on."""

    id: Text
    version: Text


class Sbom10(Part):
    """Where the software bill of materials is."""

    type: str = "external"
    url: Text


class Sbom(Part):
    """As in 1.0.0, with an identifier; the address may be left out."""

    id: str | None = None
    type: str = "external"
    url: str | None = None


class InputPort10(Part):
    """Data that the product expects: which contract, in which version."""

    name: Text
    version: Text
    contract_id: Text


class InputPort(Part):
    """As in 1.0.0, with notes; the contract may be left open."""

    id: str | None = None
    name: Text
    version: Text | None = None
    contract_id: Text | None = None
    deprecated: Flag = False
    tags: Tags = ()
    custom_properties: Customs = ()
    authoritative_definitions: Definitions = ()


class OutputPort10(Part):
    """Data that the product promises: under which contract, in which version, made of what."""

    name: Text
    description: str | None = None
    type: str | None = None
    version: Text
    contract_id: Text | None = None
    sbom: tuple[Sbom10, ...] = ()
    input_contracts: tuple[InputContract, ...] = ()


class OutputPort(Part):
    """As in 1.0.0, with notes; the version may be left open."""

    id: str | None = None
    name: Text
    description: str | None = None
    type: str | None = None
    version: Text | None = None
    contract_id: Text | None = None
    deprecated: Flag = False
    sbom: tuple[Sbom, ...] = ()
    input_contracts: tuple[InputContract, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
    tags: Tags = ()
    custom_properties: Customs = ()
    authoritative_definitions: Definitions = ()
    context: ContextBlock | None = None


class ManagementPort10(Part):
    """A point from which the product is found, watched or steered."""

    name: Text
    content: Text
    type: str = "rest"
    url: str | None = None
    channel: str | None = None
    description: str | None = None
    tags: Tags = ()
    custom_properties: Customs = ()
    authoritative_definitions: Definitions = ()


class ManagementPort(ManagementPort10):
    """As in 1.0.0, with an identifier and a flag."""

    id: str | None = None
    deprecated: Flag = False


class Support10(Part):
    """Where to ask, or to be told."""

    channel: Text
    url: Text
    description: str | None = None
    tool: str | None = None
    scope: str | None = None
    invitation_url: str | None = None
    tags: Tags = ()
    custom_properties: Customs = ()
    authoritative_definitions: Definitions = ()


class Support(Support10):
    """As in 1.0.0, with an identifier."""

    id: str | None = None


class DataProduct10(Part):
    """A data product in version 1.0.0."""

    api_version: Literal["v1.0.0"]
    kind: Literal["DataProduct"]
    id: Text
    status: Text
    name: str | None = None
    version: str | None = None
    domain: str | None = None
    tenant: str | None = None
    authoritative_definitions: Definitions = ()
    description: Description | None = None
    custom_properties: Customs = ()
    tags: Tags = ()
    input_ports: tuple[InputPort10, ...] = ()
    output_ports: tuple[OutputPort10, ...] = ()
    management_ports: tuple[ManagementPort10, ...] = ()
    support: tuple[Support10, ...] = ()
    team: tuple[TeamMember, ...] = ()
    product_created_ts: str | None = None


class DataProduct(Part):
    """A data product in version 1.1.0."""

    api_version: Literal["v1.1.0"]
    kind: Literal["DataProduct"]
    id: Text
    status: str | None = None
    name: str | None = None
    deprecated: Flag = False
    synonyms: tuple[Synonym, ...] = ()
    version: str | None = None
    domain: str | None = None
    type: str | None = None
    context: ContextBlock | None = None
    tenant: str | None = None
    authoritative_definitions: Definitions = ()
    description: Description | None = None
    custom_properties: Customs = ()
    tags: Tags = ()
    input_ports: tuple[InputPort, ...] = ()
    output_ports: tuple[OutputPort, ...] = ()
    management_ports: tuple[ManagementPort, ...] = ()
    support: tuple[Support, ...] = ()
    team: Team | None = None
    product_created_ts: str | None = None


AnyProduct = DataProduct10 | DataProduct
VERSIONS: dict[str, type[DataProduct10] | type[DataProduct]] = {"v1.0.0": DataProduct10, "v1.1.0": DataProduct}
