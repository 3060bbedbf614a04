"""What every part of a contract is built from: strict scalars, identifiers, and the notes that any part may carry."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Strict, Tag
from pydantic.alias_generators import to_camel

from mesh_etl.config.model import Model
from mesh_etl.contract.versions import Since

Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Count = Annotated[int, Strict(), Field(ge=0)]
Number = Annotated[int, Strict()] | Annotated[float, Strict(), Field(allow_inf_nan=False)]
Scalar = Annotated[str, Strict()] | Flag | Number | None
# Unique within its list; every part has got one with version 3.1.
Id = Annotated[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] | None, Since("v3.1.0")]
Tags = tuple[str, ...]


class Part(Model):
    """A frozen part of a contract; its attributes are the standard's camelCase keys in snake_case."""

    model_config = ConfigDict(alias_generator=to_camel)


class CustomProperty(Part):
    """A named value that the standard leaves to its users."""

    id: Id = None
    property: str
    value: Any
    description: Annotated[str | None, Since("v3.1.0")] = None
    vendor: Annotated[str | None, Since("v3.2.0")] = None


class AuthoritativeDefinition(Part):
    """A link to the place where something is defined."""

    id: Id = None
    url: str
    type: str
    description: Annotated[str | None, Since("v3.1.0")] = None


class Synonym(Part):
    """Another name under which people know a table or a column."""

    id: Id = None
    synonym: str
    description: str | None = None
    locale: str | None = None
    source: str | None = None
    status: str | None = None
    custom_properties: tuple[CustomProperty, ...] = ()


class VerifiedStatement(Part):
    """A question about the data, with the answer that its owner stands for."""

    id: Id = None
    question: str
    answer: str | None = None
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = ()
    tags: Tags = ()
    custom_properties: tuple[CustomProperty, ...] = ()


class ContextConstraint(Part):
    """Something that whoever uses the data must not do."""

    id: Id = None
    constraint: str
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = ()
    tags: Tags = ()
    custom_properties: tuple[CustomProperty, ...] = ()


class ContextBlock(Part):
    """How programs that read the data should understand it."""

    instructions: str | None = None
    verified_statements: tuple[VerifiedStatement, ...] = ()
    constraints: tuple[ContextConstraint, ...] = ()


def _context_form(value: Any) -> Literal["text", "block"]:
    return "text" if isinstance(value, str) else "block"


Context = Annotated[
    Annotated[str, Tag("text")] | Annotated[ContextBlock, Tag("block")],
    Discriminator(_context_form),
]


class Documented(Part):
    """A part that can be described, tagged, linked and extended."""

    id: Id = None
    description: str | None = None
    tags: Tags = ()
    custom_properties: tuple[CustomProperty, ...] = ()
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = ()

    def custom(self, name: str) -> Any:
        """The value of the custom property `name`, or None where there is none."""
        return next((custom.value for custom in self.custom_properties if custom.property == name), None)
