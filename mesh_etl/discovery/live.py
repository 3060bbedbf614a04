"""Products as the central catalogue shows them to somebody, where the project's contracts are not at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from mesh_etl.config.product_name import table_of
from mesh_etl.discovery.described import Described, DescribedColumn, word
from mesh_etl.govern.state.entries import VIEW_OF

_PRODUCT, _VERSION = "mesh_etl.product", "mesh_etl.contract_version"


def live(glue: Any, catalog: str, databases: Iterable[str]) -> tuple[Described, ...]:
    """The products among the tables of these databases that the caller of `glue` is shown.

    `catalog` is the account that owns them. Descriptions of columns are their comments, which the catalogue shows to
    whom it shows the column. A database that is not there, or not shown, has none.
    """
    found = [one for name in databases for table in _tables(glue, catalog, name) for one in _described(table)]
    return tuple(sorted(found, key=lambda one: one.product))


def _tables(glue: Any, catalog: str, database: str) -> Iterator[dict[str, Any]]:
    try:
        for page in glue.get_paginator("get_tables").paginate(CatalogId=catalog, DatabaseName=database):
            yield from page["TableList"]
    except (glue.exceptions.EntityNotFoundException, glue.exceptions.AccessDeniedException):
        return


def _described(table: dict[str, Any]) -> Iterator[Described]:
    parameters = table.get("Parameters", {})
    product = parameters.get(_PRODUCT, "")
    if not product or VIEW_OF in parameters:  # of an audience's view, its product is found
        return
    stored = (*table.get("StorageDescriptor", {}).get("Columns", ()), *table.get("PartitionKeys", ()))
    columns = tuple(DescribedColumn(one["Name"], one.get("Type", ""), one.get("Comment", "")) for one in stored)
    name, text = table_of(product), table.get("Description", "")
    kind: Literal["table", "view"] = "view" if table.get("TableType") == "VIRTUAL_VIEW" else "table"
    words = [word("name", name), *([word("definition", text)] if text else [])]
    for column in columns:
        words.append(word("column", column.name))
        if column.description:
            words.append(word("column description", column.description))
    yield Described(product, kind, name, text, parameters.get(_VERSION, ""), columns=columns, words=tuple(words))
