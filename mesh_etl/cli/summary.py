"""What a run did to one product, in a few lines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.cli.wording import count, listed, seconds, size
from mesh_etl.contract.evolve import Evolved

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.publish import Report
    from mesh_etl.tables.entry import Changed, Counts, Entry, RuleResult
    from mesh_etl.tables.ledger import Snapshot

_DONE = {
    "create": "created", "change": "changed", "add": "added", "update": "updated", "delete": "deleted",
    "record": "recorded",
}  # fmt: skip
_SHOWN = 3  # warnings
_OURS = "change Parameters.mesh_etl."  # what the catalogue notes of each version
_UNCHANGED = {
    "done before": "unchanged: version {seq} holds this very work (same job, contract and inputs)",
    "nothing new": "unchanged: version {seq} holds all inputs that there are",
}


def show(page: Page, report: Report, duration: float) -> None:
    """The report is on the page."""
    entry = report.entry
    place = f"  {volume(report.snapshot)}  →  {near(report.root)}"
    if report.outcome == "published":
        page.line(
            f"{report.product}  version {entry.seq} published in {seconds(duration)} ({entry.engine})", style="bold"
        )
        page.line(f"  {equation(entry.counts)}")
        if entry.changed:
            page.line(f"  {changed(entry.changed)}")
        page.line(place)
        _rules(page, entry.rules)
        for line in drift(entry):
            page.line(f"  {line}")
    else:
        page.line(f"{report.product}  {_UNCHANGED[report.outcome].format(seq=entry.seq)}", style="bold")
        if report.snapshot.data.seq != entry.seq:
            page.line(f"  the table stands at version {report.snapshot.data.seq} now")
        page.line(place)
    if report.catalog:
        page.line(f"  catalogue: {', '.join(_happened(report.catalog))}")
    if report.central:
        page.line(f"  central catalogue: {', '.join(_happened(report.central))}")
    if any(line.startswith("create table ") for line in report.central):
        page.line("  not granted to others yet: mesh-etl govern apply")
    for warning in report.warnings[:_SHOWN]:
        page.line(f"  warning: {warning}")
    if len(report.warnings) > _SHOWN:
        page.line(f"  warnings besides: {len(report.warnings) - _SHOWN:,}; see mesh-etl validate {report.product}")


def _happened(changes: tuple[str, ...]) -> list[str]:
    """The changes of the catalogue as things done; what is noted of each version is told where it was all."""
    told = [one for one in changes if not one.startswith(("record ", _OURS))] or list(changes[-1:])
    split = (one.partition(" ") for one in told)
    return [f"{_DONE.get(verb, verb)}{space}{rest}" for verb, space, rest in split]


def equation(counts: Counts) -> str:
    """Where every row went, as an equation that holds.

    A transform that makes new rows of old ones, such as an aggregate, stands between rows that were read and rows that
    were written; it is named with both numbers.
    """
    ends = ((counts.good, "good"), (counts.quarantined, "quarantined"))
    drops = ((counts.deduplicated, "deduplicated"), (counts.filtered, "filtered"))
    right = " + ".join(f"{rows:,} {fate}" for rows, fate in (*ends, *drops))
    if not counts.consumed and not counts.made:
        return f"{counts.read:,} read = {right}"
    return f"{counts.read:,} read + {counts.made:,} made by transforms = {right} + {counts.consumed:,} used up by them"


def changed(rows: Changed) -> str:
    """What became of the good rows, and of rows of the table; what did not happen is not told."""
    absent = max(0, rows.deletes - rows.deleted)  # `mesh-etl delete` takes rows away without a row that asks for it
    parts = [
        (rows.inserted, "inserted"),
        (rows.updated, "updated"),
        (rows.deleted, "deleted"),
        (absent, "found nothing to delete"),
        (rows.closed, "closed"),
        (rows.unchanged, "unchanged"),
        (rows.superseded, "superseded"),
        (rows.late, "late"),
        (rows.kept, "written again beside them"),
    ]
    return ", ".join(f"{number:,} {what}" for number, what in parts if number) or "nothing changed"


def volume(snapshot: Snapshot) -> str:
    """The size of the table."""
    parts = [count(snapshot.files, "file")]
    if snapshot.entry.partition_by:
        parts.append(count(len(snapshot.partitions), "partition"))
    return ", ".join([*parts, size(snapshot.bytes)])


def near(path: str) -> str:
    """The path relative to the working folder where it is below it."""
    place = Path(path)
    return os.path.relpath(place) if place.is_relative_to(Path.cwd()) else path


def drift(entry: Entry) -> Iterator[str]:
    """How the inputs differed from the contract, and what became of it; nothing where they did not."""
    for name, one in entry.drift.items():
        where = "" if name == "source" else f" of {name}"
        if one.ignored:
            yield f"left out{where}: {_files(one.ignored)}"
        if one.missing:
            yield f"missing{where}, read as NULL: {_files(one.missing)}"
    if records := sum(one.ignored for one in entry.inputs):
        yield f"left out: keys that the contract does not have, in {count(records, 'record')}"
    if lines := sum(one.comments for one in entry.inputs):
        yield f"passed over: {count(lines, 'comment')}"
    for column in entry.evolved:
        yield f"evolved: {Evolved(column.name, column.type, column.added).text()}"


def _files(columns: Mapping[str, int]) -> str:
    return ", ".join(f"column '{name}' ({count(files, 'file')})" for name, files in columns.items())


def _rules(page: Page, rules: Iterable[RuleResult]) -> None:
    by_status: dict[str, list[RuleResult]] = {}
    for rule in rules:
        by_status.setdefault(rule.status, []).append(rule)
    for status, label in (("rejected rows", "rejected"), ("warned", "warned"), ("failed", "failed")):
        if found := by_status.get(status):
            ranked = sorted(found, key=lambda rule: (-rule.rows, rule.rule))
            page.line(f"  {label}: {listed([_told(rule) for rule in ranked])}")
    for rule in by_status.get("suppressed", ()):
        page.line(f"  suppressed: {_told(rule)}, {rule.reason}")
    if skipped := by_status.get("not executed"):
        page.line(f"  not executed: {listed([f'{rule.rule} ({rule.reason})' for rule in skipped])}")


def _told(rule: RuleResult) -> str:
    """The rule with its rows, where it counts rows, and a severity that is not what its label says already."""
    rows = f" {rule.rows:,}" if rule.rows else ""
    return f"{rule.rule}{rows}" + ("" if rule.severity in ("error", "warning") else f" ({rule.severity})")
