"""`type: text`: a promise that people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.checks.found import Found, Skipped
from mesh_etl.checks.reading.stated import stated
from mesh_etl.contract.quality import TextRule

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract


def prose_rules(contract: Contract) -> Iterator[Found]:
    """The rules in prose, none of which is executed."""
    for one in stated(contract):
        if isinstance(one.rule, TextRule):
            yield Found(Skipped(one.id("text"), "prose cannot be executed"), one.about())
