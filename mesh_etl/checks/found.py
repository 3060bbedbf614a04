"""What reading a contract gives: rules, rules that will not be executed, and what the contract says about each."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_etl.checks.base import Rule
from mesh_etl.checks.dataset import DatasetRule

MILD = {"warning", "warn", "info", "minor"}


@dataclass(frozen=True)
class About:
    """What a contract says about a rule beside its test.

    `where` is its place as file:line:column, `column` the path of its column ('' for the table), `note` what a reader
    of the plan should know, such as a schedule that is not followed.
    """

    where: str
    column: str = ""
    dimension: str | None = None
    severity: str = "error"
    note: str = ""


@dataclass(frozen=True)
class Skipped:
    """A rule that is not executed, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class Found:
    """A rule, with what the contract says about it."""

    rule: Rule | DatasetRule | Skipped
    about: About


def mild(severity: str | None) -> bool:
    """Whether breaking a rule of this severity is only told."""
    return (severity or "error").lower() in MILD
