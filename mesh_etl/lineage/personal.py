"""Columns that show what their sources protect: a copy is as classified as what it is copied from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mesh_etl.contract.classified import OPEN, told
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.contract.table import Property
    from mesh_etl.lineage.frames import Use
    from mesh_etl.lineage.mesh import Lineage


def personal_columns(lineage: Lineage, products: Iterable[str] | None = None) -> list[Fault]:
    """A warning LINEAGE_PERSONAL for each column of the products, by default of all, that says too little of itself.

    That is one without a classification that is made of classified columns, and one that is called open and is an
    unchanged copy of one. What a job masks, or what is only counted, shows nothing.
    Raises `ConfigError` with the faults of what cannot be read.
    """
    names = lineage.products() if products is None else products
    return [fault for product in names for fault in _of(lineage, product)]


def _of(lineage: Lineage, product: str) -> Iterator[Fault]:
    contract = lineage.views.contract(product)
    for name, uses in lineage.traced(product).columns.items():
        column = contract.column(name)
        shown = [use for use in sorted(uses) if not use.hidden and _classified(lineage, use)]
        if column.classification is not None:
            open_ = column.classification.strip().lower() in OPEN
            shown = [use for use in shown if use.kind == "identity"] if open_ else []
        if not shown:
            continue
        source = shown[0].column
        protected = lineage.views.contract(source.product).column(source.name)
        what = "is" if shown[0].kind == "identity" else "is made of"
        problem = f"'{name}' {what} {source}, which is {protected.classification}, and {_says(column)}"
        fix = f"add classification: {protected.classification}, or mask it"
        yield Fault("LINEAGE_PERSONAL", problem, contract.where_column(name), fix)


def _says(column: Property) -> str:
    return "says nothing of it" if column.classification is None else f"says {column.classification}"


def _classified(lineage: Lineage, use: Use) -> bool:
    if "/" in use.column.product:
        return False
    return not told(lineage.views.contract(use.column.product).column(use.column.name))
