"""What a contract promises, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.checks import planned
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.page import Notes

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def promise(contract: Contract) -> Answer[Contract]:
    """The columns with their types and classes, and the rules with where they stand and what answers them."""
    page, checks = Notes(), planned(contract)
    page.line(f"{contract.id} {contract.version}  {contract.document.name}", style="bold")
    page.table(
        ("column", "type", "key", "required", "class", "description"),
        [
            (
                one.stored_name,
                kind.type.glue(),
                "key" if one.primary_key else "",
                "required" if one.required or one.primary_key else "",
                one.classification or "",
                one.description or "",
            )
            for one, kind in zip(contract.columns, contract.schema, strict=True)
        ],
    )
    skipped = {one.id: one.reason for one in checks.skipped}
    texts = {row.id: row.text() for row in checks.row} | {rule.id: rule.text() for rule in checks.dataset}
    page.table(
        ("rule", "what it says", "where"),
        [
            (name, texts.get(name) or f"not executed: {skipped.get(name, '')}", about.where.rpartition("/")[2])
            for name, about in checks.about.items()
        ],
    )
    return Answer(contract, page)
