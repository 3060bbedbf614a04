"""The primary key: its columns have values, and their combination occurs once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.dataset import Unique
from mesh_etl.checks.found import About, Found
from mesh_etl.checks.required import Required
from mesh_etl.contract.comparison import NONE

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def key_rules(contract: Contract) -> Iterator[Found]:
    """The rules that follow from the primary key."""
    for name in contract.primary_key:
        if not contract.column(name).required:
            about = About(contract.where_column(name, "primaryKey"), name)
            yield Found(Required(f"{name}.primary_key", name, True), about)
    if contract.primary_key:
        about = About(contract.where_column(contract.primary_key[0], "primaryKey"))
        yield Found(Unique("primary_key", True, contract.primary_key, NONE), about)
