"""The refused rows that a table holds, and the choice of some of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.kernels.codes import CODES
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.quarantine import Refused, read

if TYPE_CHECKING:
    from mesh_etl.tables.ledger import Ledger

Broken = tuple[tuple[str, str], ...]  # rule or code, and the column that broke it


@dataclass(frozen=True, slots=True)
class Row:
    """A refused row: the file of the quarantine that holds it, its number there, where it came from, and why."""

    held: Refused
    index: int
    broken: Broken
    input: str | None
    file: str | None
    line: int | None
    raw: str = field(repr=False)
    header: str | None
    start: int | None
    record: int | None
    contract: str
    run: str

    def breaks(self, rule: str) -> bool:
        """Whether it was refused by this rule, which may be given with its column, as in `amount.TYPE_FORMAT`."""
        return any(rule in (name, f"{column}.{name}") for name, column in self.broken)


@dataclass(frozen=True)
class Choice:
    """Which rows are meant: those that one rule refused, and those of commits since a version or a day."""

    rule: str = ""
    since: str = ""

    def files(self, files: Sequence[Refused]) -> list[Refused]:
        """The files of commits since then. Raises `PlanError` SINCE_UNCLEAR for what is neither version nor date."""
        if not self.since:
            return list(files)
        if self.since.isdigit():
            return [one for one in files if one.seq >= int(self.since)]
        try:
            day = datetime.date.fromisoformat(self.since)
        except ValueError:
            fix = "write a version, such as 12, or a day, such as 2026-11-30"
            raise PlanError(Fault("SINCE_UNCLEAR", "this is neither a version nor a date", "--since", fix)) from None
        return [one for one in files if datetime.datetime.fromisoformat(one.at).date() >= day]

    def rows(self, rows: Sequence[Row], entries: Iterable[Entry]) -> list[Row]:
        """Those of the rows that the rule refused.

        Raises `PlanError` UNKNOWN_RULE when no row, no commit and no reader knows the rule.
        """
        found = [one for one in rows if not self.rule or one.breaks(self.rule)]
        known = {name for row in rows for name, _ in row.broken}
        if self.rule and not found and not self._is_known({*known, *CODES}, entries):
            problem = f"no row in the quarantine was refused by '{self.rule}'"
            raise PlanError(Fault("UNKNOWN_RULE", problem, "--rule", did_you_mean(self.rule, known)))
        return found

    def _is_known(self, names: set[str], entries: Iterable[Entry]) -> bool:
        names |= {one.rule for entry in entries for one in entry.rules}
        return self.rule in names or self.rule.rpartition(".")[2] in names


def rows(ledger: Ledger, files: Sequence[Refused]) -> Iterator[Row]:
    """The rows of the files, in order; what many of them have in common is held once."""
    shared: dict[Any, Any] = {}

    def once(value: Any) -> Any:
        return shared.setdefault(value, value)

    for file in files:
        for index, one in enumerate(chain.from_iterable(read(ledger, file.path))):
            yield Row(
                file,
                index,
                once(tuple((why["rule"], why["column"]) for why in one["_violations"])),
                once(one["_input"]),
                once(one["_file"]),
                one["_line"],
                one["_raw"],
                once(one["_header"]),
                one["_start"],
                one["_record"],
                once(one["_contract_version"]),
                once(one["_run"]),
            )
