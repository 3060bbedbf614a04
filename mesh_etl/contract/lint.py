"""What the models cannot say: parts of a contract that contradict each other or lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mesh_etl.contract.lint_columns import column_faults
from mesh_etl.contract.lint_keys import key_faults
from mesh_etl.contract.lint_names import name_faults
from mesh_etl.contract.lint_quality import quality_faults
from mesh_etl.contract.lint_references import reference_faults
from mesh_etl.errors import Fault

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract

LINTS: tuple[Callable[[Contract], Iterator[Fault]], ...] = (
    name_faults,
    key_faults,
    column_faults,
    quality_faults,
    reference_faults,
)


def lint(contract: Contract) -> tuple[Fault, ...]:
    """Every fault that the lints find, in the order of the lints; empty means that the contract is sound."""
    return tuple(fault for check in LINTS for fault in check(contract))
