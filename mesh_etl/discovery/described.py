"""What may be found of a product: metadata that everybody in the mesh may know, and never a value.

Names of columns can be found, and how they are classified; what a contract says about a classified column is not told
here, and neither are examples and accepted values of any column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mesh_etl.config.product_name import domain_of, table_of
from mesh_etl.contract.classified import told
from mesh_etl.discovery.words import of_name, stems

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.table import Element

Field = Literal[
    "name", "business name", "synonym", "column", "term", "tag", "definition", "column description", "domain"
]


class Word(NamedTuple):
    """A text by which a product can be found: where it stands, as it is shown, and its words."""

    field: Field
    text: str
    stems: tuple[str, ...]


class DescribedColumn(NamedTuple):
    """A column as it is shown to whoever looks for data."""

    name: str
    type: str = ""
    description: str = ""
    classification: str = ""


class OfferedRole(NamedTuple):
    """A role of the contract that can be asked for."""

    role: str
    access: str = ""
    description: str = ""


@dataclass(frozen=True)
class Described:
    """A product; `grain` says what one row of it is."""

    product: str
    kind: Literal["table", "view"]
    title: str
    definition: str = ""
    version: str = ""
    status: str = ""
    grain: str = ""
    key: tuple[str, ...] = ()
    columns: tuple[DescribedColumn, ...] = ()
    tags: tuple[str, ...] = ()
    roles: tuple[OfferedRole, ...] = ()
    words: tuple[Word, ...] = ()

    @property
    def domain(self) -> str:
        """The domain that publishes it."""
        return domain_of(self.product)

    def data(self) -> dict[str, Any]:
        """The value as plain data, its parts as lists."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Described:
        """The value that was written as plain data. Raises `TypeError`, `KeyError`, `ValueError` where it was not."""
        parts = {
            "columns": tuple(DescribedColumn(*one) for one in data["columns"]),
            "roles": tuple(OfferedRole(*one) for one in data["roles"]),
            "words": tuple(Word(field, text, tuple(found)) for field, text, found in data["words"]),
            "key": tuple(data["key"]),
            "tags": tuple(data["tags"]),
        }
        return cls(**{**data, **parts})


def described(product: str, kind: Literal["table", "view"], contract: Contract) -> Described:
    """The product as its contract tells."""
    odcs, table = contract.odcs, contract.table
    purpose = odcs.description.purpose if odcs.description else None
    columns = tuple(
        DescribedColumn(
            column.stored_name,
            field.type.glue(),
            (column.description or "") if told(column) else "",
            column.classification or "",
        )
        for column, field in zip(contract.columns, contract.schema, strict=True)
    )
    return Described(
        product=product,
        kind=kind,
        title=contract.name,
        definition=" ".join(filter(None, (purpose or "", table.description or ""))),
        version=contract.version,
        status=odcs.status or "",
        grain=table.data_granularity_description or "",
        key=contract.primary_key,
        columns=columns,
        tags=tuple(dict.fromkeys((*odcs.tags, *table.tags, *(tag for one in contract.columns for tag in one.tags)))),
        roles=tuple(OfferedRole(one.role, one.access or "read", one.description or "") for one in odcs.roles),
        words=tuple(_words(product, contract, columns)),
    )


def word(field: Field, text: str) -> Word:
    """The text with its words; names are known as one word as well."""
    return Word(field, text, of_name(text) if field in ("name", "column", "tag") else stems(text))


def _words(product: str, contract: Contract, columns: tuple[DescribedColumn, ...]) -> Iterator[Word]:
    odcs, table = contract.odcs, contract.table
    name = table_of(product)
    yield word("name", name)
    for title in dict.fromkeys(filter(None, (odcs.name, odcs.data_product, table.business_name, table.name))):
        if title != name:
            yield word("business name", title)
    yield from _element(table)
    texts = (odcs.description.purpose, odcs.description.usage) if odcs.description else ()
    for text in filter(None, (*texts, table.description)):
        yield word("definition", text)
    for tag in odcs.tags:
        yield word("tag", tag)
    links = (*odcs.authoritative_definitions, *(odcs.description.authoritative_definitions if odcs.description else ()))
    for link in links:
        yield word("term", _term(link.url, link.description))
    for column, shown in zip(contract.columns, columns, strict=True):
        yield word("column", shown.name)
        yield from _element(column)
        if shown.description:
            yield word("column description", shown.description)
        if shown.classification:
            yield word("tag", shown.classification)


def _element(element: Element) -> Iterator[Word]:
    """What a table or column is known by beside its name and description."""
    if element.business_name:
        yield word("business name", element.business_name)
    for synonym in element.synonyms:
        yield word("synonym", synonym.synonym)
    for tag in element.tags:
        yield word("tag", tag)
    for link in element.authoritative_definitions:
        yield word("term", _term(link.url, link.description))


def _term(url: str, description: str | None) -> str:
    """The glossary's term: what the link says, or the last part of its address."""
    return description or url.partition("?")[0].rstrip("/").rpartition("/")[2]
