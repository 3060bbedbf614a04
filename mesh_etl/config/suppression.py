"""A rule that is put up with until a date: rows that break it stay in the table and are counted."""

from __future__ import annotations

import datetime

from pydantic import Field

from mesh_etl.config.model import Model


class Suppression(Model):
    """One rule of the contract that neither rejects rows nor fails the run until its date has passed, in UTC."""

    rule: str = Field(min_length=1, description="The rule's name, as verdicts and the plan have it.")
    column: str | None = Field(default=None, min_length=1, description="Only the rule of this column.")
    until: datetime.date = Field(description="The last day, in UTC, on which the rule is put up with: 2027-01-31.")
    reason: str = Field(min_length=1, description="Why it is put up with.")
    owner: str = Field(min_length=1, description="Who sees to it that the suppression can go.")

    def holds(self, today: datetime.date) -> bool:
        """Whether the rule is put up with on this day."""
        return today <= self.until

    def means(self, rule: str, column: str) -> bool:
        """Whether it is about the rule of this name, which the contract states for this column ('' for the table)."""
        if self.column is None:
            return rule == self.rule
        return column == self.column and rule in (self.rule, f"{self.column}.{self.rule}")


def today() -> datetime.date:
    """The day by which suppressions hold: that of UTC."""
    return datetime.datetime.now(datetime.UTC).date()
