"""From what a contract says of its data to LF-Tags on the database, the table and each column.

A tag that has a default is the stricter of it and what is stated, on databases and tables, and explicit on each column
that the contract has judged: so a column that comes later is hidden until somebody has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.govern.compile.findings import Findings
from mesh_etl.govern.compile.vocabulary import Unknown, Values, Vocabulary

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Domain
    from mesh_etl.contract.odcs import DataContract
    from mesh_etl.contract.table import Property, Table
    from mesh_etl.govern.products import Governed

CLASSIFICATION = "classification"
Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Tagging:
    """The tags that are set on a product's table and on each of its columns, and those that each column has in all."""

    table: Values
    columns: dict[str, Values]
    effective: dict[str, Values]


def of_database(domain: Domain, words: Vocabulary) -> Values:
    """The tags of a domain's database."""
    return {**words.defaults, **_guarded(words, domain.tags)}


def of_product(product: Governed, domain: Domain, words: Vocabulary, findings: Findings) -> Tagging:
    """The tags of a product. What its contract says and no tag knows is a fault: GOVERNANCE_TAG, TAG_CONTRADICTION."""
    contract = product.contract
    read = _Reader(product, words, findings)
    below: Values = {**domain.tags, **read.of_contract(contract.odcs), **read.of_table(contract.table)}
    stated = {key: value for key, value in below.items() if domain.tags.get(key) != value}
    database = of_database(domain, words)
    table = {key: value for key, value in _guarded(words, stated).items() if database.get(key) != value}
    plain = {**words.defaults, **{key: value for key, value in below.items() if key in words.defaults}}
    own = {
        column.stored_name: read.of_column(column, ("schema", 0, "properties", index), plain)
        for index, column in enumerate(contract.table.properties)
    }
    columns = {name: own[source] for name, _, source in product.columns()}
    around = {**database, **table}
    return Tagging(table, columns, {name: {**around, **values} for name, values in columns.items()})


def _guarded(words: Vocabulary, stated: Mapping[str, str]) -> Values:
    """What is stated, or the default of the tag where that shows less."""
    return {
        key: words.strictest(key, (value, words.defaults[key])) if key in words.defaults else value
        for key, value in stated.items()
    }


class _Reader:
    """Reads the tags that the parts of one contract state."""

    def __init__(self, product: Governed, words: Vocabulary, findings: Findings) -> None:
        self.contract, self.words, self.findings = product.contract, words, findings

    def of_contract(self, odcs: DataContract) -> Values:
        return self._stated(odcs, ())

    def of_table(self, table: Table) -> Values:
        return self._stated(table, ("schema", 0))

    def of_column(self, column: Property, loc: Loc, inherited: Mapping[str, str]) -> Values:
        """The tags of a column: its own, else those around it; what is inside it is seen with it."""
        values = {**inherited, **self._stated(column, loc)}
        for place, inner in _inside(column, loc):
            values = self.words.joined(values, self._stated(inner, place))
        return values

    def _stated(self, part: Any, loc: Loc) -> Values:
        """What one part states, as a classification, as tags `key:value`, and as custom properties."""
        found: Values = {}
        word = getattr(part, CLASSIFICATION, None)
        if word is not None:
            self._add(found, self._known(lambda: self.words.classification(word), (*loc, CLASSIFICATION)), loc)
        for at, text in enumerate(part.tags):
            if ":" in text:
                self._add(found, self._known(lambda text=text: self.words.tag(text), (*loc, "tags", at)), loc)
        for at, custom in enumerate(part.custom_properties):
            place = (*loc, "customProperties", at)
            if custom.property == CLASSIFICATION and word is None:
                named = self._known(lambda custom=custom: self.words.classification(str(custom.value)), place)
                self._add(found, named, place)
            elif self.words.knows(custom.property):
                named = self._known(lambda c=custom: self.words.valued(c.property, str(c.value).lower()), place)
                self._add(found, named, place)
        return found

    def _known(self, ask: Any, loc: Loc) -> Values:
        try:
            values: Values = ask()
        except Unknown as error:
            self.findings.fault("GOVERNANCE_TAG", str(error), self.contract.where(*loc), error.fix)
            return {}
        return values

    def _add(self, found: Values, more: Values, loc: Loc) -> None:
        for key, value in more.items():
            if found.setdefault(key, value) != value:
                problem = f"'{key}' is both '{found[key]}' and '{value}' here"
                self.findings.fault("TAG_CONTRADICTION", problem, self.contract.where(*loc), "keep one of them")


def _inside(column: Property, loc: Loc) -> Iterator[tuple[Loc, Property]]:
    for step, inner in column.inner():
        yield (*loc, *step), inner
        yield from _inside(inner, (*loc, *step))
