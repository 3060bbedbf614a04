"""The columns of a frame on its way through a job, each with those that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["identity", "transformation", "aggregation"]  # as OpenLineage names them
How = Literal["filter", "join", "group_by", "sort"]
_ORDER: tuple[Kind, ...] = ("identity", "transformation", "aggregation")


@dataclass(frozen=True, order=True)
class Column:
    """A column of a product; of an input from outside of the mesh, `product` is `<domain>.<product>/<input>`."""

    product: str
    name: str

    def __str__(self) -> str:
        return f"{self.product}.{self.name}"


@dataclass(frozen=True, order=True)
class Use:
    """A column, and what becomes of its values; `hidden` ones are masked or only counted, so that none can be read."""

    column: Column
    kind: Kind = "identity"
    hidden: bool = False

    def then(self, kind: Kind, hidden: bool = False) -> Use:
        """The use after a further step."""
        return replace(self, kind=max(self.kind, kind, key=_ORDER.index), hidden=self.hidden or hidden)


Uses = frozenset[Use]


@dataclass(frozen=True)
class Frame:
    """The columns by name.

    `rest` is the input whose further columns have the same names here, where they are known only when it is read.
    `prefixes` are those of columns that were made of the fields of a struct. `decided` are the columns that decide
    which rows there are. `untold` says why nothing is known of the other columns.
    """

    columns: Mapping[str, Uses] = field(default_factory=dict)
    rest: str = ""
    prefixes: tuple[tuple[str, Uses], ...] = ()
    decided: frozenset[tuple[Column, How]] = frozenset()
    untold: str = ""

    def of(self, name: str) -> Uses:
        """What the column is made of."""
        if name in self.columns:
            return self.columns[name]
        for prefix, uses in self.prefixes:
            if name.startswith(prefix):
                return uses
        return frozenset({Use(Column(self.rest, name))}) if self.rest else frozenset()

    def with_decided(self, names: Iterable[str], how: How) -> Frame:
        """The frame, whose rows these columns decide as well."""
        return replace(self, decided=self.decided | {(use.column, how) for name in names for use in self.of(name)})

    def picked(self, names: Iterable[str]) -> Frame:
        """The frame with these columns only."""
        return replace(self, columns={name: self.of(name) for name in names}, rest="", prefixes=())
