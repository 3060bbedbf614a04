"""What the models cannot say: parts of a contract that contradict each other, lead nowhere, or mean nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mesh_etl.config.document import Document
from mesh_etl.contract.draft import Draft
from mesh_etl.contract.lint_advice import advice
from mesh_etl.contract.lint_columns import column_faults
from mesh_etl.contract.lint_contradictions import contradictions
from mesh_etl.contract.lint_dates import date_faults
from mesh_etl.contract.lint_keys import key_faults
from mesh_etl.contract.lint_levels import level_faults
from mesh_etl.contract.lint_names import name_faults, part_faults
from mesh_etl.contract.lint_quality import quality_faults
from mesh_etl.contract.lint_references import element_faults, reference_faults
from mesh_etl.contract.lint_schedules import schedule_warnings
from mesh_etl.contract.odcs import DataContract
from mesh_etl.contract.strict import version_warnings
from mesh_etl.errors import Fault

Lint = Callable[[Draft], Iterator[Fault]]

OF_TABLES: tuple[Lint, ...] = (
    name_faults,
    key_faults,
    column_faults,
    quality_faults,
    contradictions,
    reference_faults,
)
OF_CONTRACTS: tuple[Lint, ...] = (
    part_faults,
    element_faults,
    level_faults,
    date_faults,
)
WARNINGS: tuple[Lint, ...] = (
    version_warnings,
    advice,
    schedule_warnings,
)


def lint(odcs: DataContract, document: Document) -> tuple[Fault, ...]:
    """Every fault that the lints find, in the order of the lints; empty means that the contract is sound."""
    draft = Draft(odcs, document)
    found = [
        fault
        for index in range(len(odcs.tables))
        for check in OF_TABLES
        for fault in check(replace(draft, index=index))
    ]
    return (*found, *(fault for check in OF_CONTRACTS for fault in check(draft)))


def warnings(odcs: DataContract, document: Document) -> tuple[Fault, ...]:
    """What is only unwise in a sound contract: it means something, and something better could stand there."""
    draft = Draft(odcs, document)
    return tuple(fault for check in WARNINGS for fault in check(draft))
