"""Views as entries of the central catalogue: what the compiler of the governance puts beside the tables.

An entry's `definition` is Spark's SQL over the tables of the catalogue; what other engines need is written from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mesh_etl.contract.types import Field, parse
from mesh_etl.expressions import expression
from mesh_etl.govern.state import TableEntry
from mesh_etl.govern.state.entries import MASKED, VIEW_OF
from mesh_etl.views.canonical import cast, qualified, spelled_out, typed
from mesh_etl.views.dialects import Place, written

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.views.load import Viewed

READS, DEFINER, DIALECTS = "mesh_etl.reads", "mesh_etl.definer", "mesh_etl.dialects"
DEFINITION = "mesh_etl.definition"  # where no dialect says it in Spark's SQL


def entry(view: Viewed, place: Callable[[str], Place], definer: str = "") -> TableEntry:
    """The entry of a view that is a product.

    `place` says where in the catalogue a product is; `definer` is the ARN of the role whose rights decide on the
    sources, empty where those of the reader do.
    """
    dialects = view.loaded.view.dialects if definer else ()
    fields, definition = view.contract.schema, written(view.sql, "spark", place)
    parameters = {READS: ",".join(view.sources)}
    if definer:
        parameters |= {DEFINER: definer, DIALECTS: ",".join(dialects)}
    if "spark" not in dialects:
        parameters[DEFINITION] = definition
    return TableEntry(
        columns=tuple(field.name for field in fields),
        kind="view",
        definition=definition,
        parameters=tuple(sorted(parameters.items())),
        types=tuple(field.type.glue() for field in fields),
        description=_description(view.contract),
        comments=tuple((one.stored_name, one.description) for one in view.contract.columns if one.description),
    )


def masked(
    product: str,
    types: Mapping[str, str],
    columns: Sequence[str],
    masks: Mapping[str, str],
    place: Callable[[str], Place],
    definer: str,
    rows: str = "",
) -> TableEntry:
    """The entry of a view that shows an audience these columns of a product, some of them by an expression.

    `types` are the Glue types of all columns, `masks` has SQL expressions by column, and `rows` is a condition as row
    filters have them, empty for all rows. A masked column has the type of its expression. The definition is a plain
    SELECT from one table. Raises `ValueError` with the reason for an expression or a condition that is not allowed.
    """
    from sqlglot import exp

    schema = tuple(Field(name, parse(kind)) for name, kind in types.items())
    chosen = ", ".join(
        f"{expression(masks[name]).sql} AS `{name}`" if name in masks else f"`{name}`" for name in columns
    )
    where = f" WHERE {_condition(rows)}" if rows else ""
    node = qualified(f"SELECT {chosen} FROM {product}{where}", {product: schema}, {})
    fields = {field.name: field for field in schema}
    fields |= {one.alias_or_name: typed(one.unalias(), fields[one.alias_or_name]) for one in node.selects}
    node = spelled_out(node)
    for one in node.selects:
        if one.alias_or_name in masks:
            one.replace(exp.alias_(cast(one.unalias().copy(), fields[one.alias_or_name]), one.alias_or_name))
    for column in node.find_all(exp.Column):
        column.set("table", None)
    for table in node.find_all(exp.Table):
        table.set("alias", None)
    parameters = {VIEW_OF: product, MASKED: ",".join(sorted(masks)), DEFINER: definer, DIALECTS: "spark,athena"}
    return TableEntry(
        columns=tuple(columns),
        kind="view",
        definition=written(node.sql(dialect="spark", identify=True), "spark", place),
        parameters=tuple(sorted(parameters.items())),
        types=tuple(fields[name].type.glue() for name in columns),
    )


def _description(contract: Contract) -> str:
    """What the contract says the product is for, else what its rows are, as entries of tables have it."""
    purpose = contract.odcs.description.purpose if contract.odcs.description else None
    return purpose or contract.table.description or ""


def _condition(rows: str) -> str:
    """The condition, which is in the dialect of row filters, in Spark's. Raises `ValueError`."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        found = sqlglot.transpile(rows, read="athena", write="spark")
    except SqlglotError:
        raise ValueError("the condition on rows is not SQL") from None
    if len(found) != 1:
        raise ValueError("the condition on rows is not one condition")
    return expression(found[0]).sql
