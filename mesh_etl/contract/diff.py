"""What a new contract changes for those who rely on the old one, and for the data that is in the table already."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from mesh_etl.contract.changes.base import Change, Kind, View, worst
from mesh_etl.contract.changes.columns import column_changes
from mesh_etl.contract.changes.levels import level_changes
from mesh_etl.contract.changes.people import people_changes
from mesh_etl.contract.changes.places import place_changes
from mesh_etl.contract.changes.rules import rule_changes
from mesh_etl.contract.changes.widening import fits, widens
from mesh_etl.contract.summarize import summary
from mesh_etl.contract.summary import ColumnSummary, Summary, reworded

__all__ = ["Change", "ColumnSummary", "Kind", "Summary", "View", "diff", "fits", "summary", "widens", "worst"]


def diff(old: Summary, new: Summary, today: datetime.date | None = None) -> tuple[Change, ...]:
    """The changes from `old` to `new`, but for their versions; empty when nothing that anybody relies on differs.

    Notices are judged as of `today`. Parts of `old` that are unknown (`Summary.unknown`) are not compared.
    """
    return (
        *_whole(old, new),
        *column_changes(old, new, today or datetime.datetime.now(datetime.UTC).date()),
        *rule_changes(old, new),
        *level_changes(old, new),
        *place_changes(old, new),
        *people_changes(old, new),
    )


def _whole(old: Summary, new: Summary) -> Iterator[Change]:
    if old.id != new.id:
        yield Change("breaking", "id", "this is another contract", at=(("id",), ("id",)))
    if old.description != new.description or reworded(old.words, new.words):
        yield Change("cosmetic", "contract", "described differently", "people")
