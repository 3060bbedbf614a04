"""The metrics of a product's versions on the screen: rows, NULLs, distinct values, and the verdict on each rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.levels import duration
from mesh_etl.cli.wording import count

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.tables.states import Metrics

SHOWN = 6  # versions that stand side by side
_PLAIN = {"passed", "not executed", ""}
_TIMES = ("sla.latency", "sla.retention", "sla.frequency", "sla.endOf")
LINES = 40  # columns or rules that a table shows


def facts(metrics: Metrics, rule: str = "") -> list[dict[str, Any]]:
    """What is known of each version, or of it and one rule, oldest first."""
    from mesh_etl.checks.points import of_column, of_run
    from mesh_etl.tables.table_state import folding

    found = []
    for entry, (table, _) in zip(metrics.entries, folding(metrics.entries), strict=True):
        if entry.is_upkeep:
            continue
        states = {} if rule else metrics.written_columns(entry)
        found.append(
            {
                "version": entry.seq,
                "committed_at": entry.committed_at,
                "operation": entry.operation,
                "rows_written": entry.counts.good,
                "rejected_percent": of_run("rejectedShare", entry.counts),
                "rows": table.size.rows,
                "columns": {
                    name: {"null_percent": of_column("nullShare", state), "distinct": of_column("distinct", state)}
                    for name, state in states.items()
                },
                "rules": [one.model_dump() for one in entry.rules if rule in ("", one.rule)],
            }
        )
    return found


def show(page: Page, versions: Sequence[dict[str, Any]]) -> None:
    """The last versions are on the page, side by side."""
    shown = versions[-SHOWN:]
    if len(shown) < len(versions):
        page.line(f"The last {SHOWN} of {len(versions):,} versions; --json has all of them.", style="dim")
    page.table(
        ("#", "when (UTC)", "mode", "written", "rejected", "rows of the table"),
        [
            (
                str(one["version"]),
                _when(one),
                one["operation"],
                f"{one['rows_written']:,}",
                _percent(one["rejected_percent"]),
                f"{one['rows']:,}",
            )
            for one in shown
        ],
        ("#", "written", "rejected", "rows of the table"),
        tight=True,
    )
    for title, key, spell in (("NULL in", "null_percent", _percent), ("distinct in", "distinct", _about)):
        cells = {
            name: [one["columns"].get(name, {}).get(key) for one in shown] for one in shown for name in one["columns"]
        }
        cells = {name: values for name, values in cells.items() if any(values)}
        _side_by_side(page, title, shown, {name: [spell(value) for value in values] for name, values in cells.items()})
    named = dict.fromkeys(rule["rule"] for one in shown for rule in one["rules"])
    verdicts = [{rule["rule"]: rule for rule in one["rules"]} for one in shown]
    rules = {name: [_verdict(one.get(name)) for one in verdicts] for name in named}
    told = {name: cells for name, cells in rules.items() if set(cells) - _PLAIN}
    _side_by_side(page, "rule", shown, told)
    if len(told) < len(rules):
        page.line(
            f"  {count(len(rules) - len(told), 'rule')} passed or were not executed, and have no measure.", style="dim"
        )


def show_rule(page: Page, rule: str, versions: Sequence[dict[str, Any]]) -> None:
    """The verdicts on one rule, version by version, are on the page."""
    page.line(rule, style="bold")
    page.table(
        ("#", "when (UTC)", "verdict", "measured", "rows", "reason"),
        [
            (
                str(one["version"]),
                _when(one),
                found["status"],
                _number(found["measured"]),
                f"{found['rows']:,}",
                found["reason"],
            )
            for one in versions
            for found in one["rules"]
        ],
        ("#", "measured", "rows"),
    )


def _side_by_side(page: Page, title: str, shown: Sequence[dict[str, Any]], rows: dict[str, list[str]]) -> None:
    if not rows:
        return
    page.line()
    numbers = [f"#{one['version']}" for one in shown]
    page.table((title, *numbers), [(name, *cells) for name, cells in list(rows.items())[:LINES]], numbers, tight=True)
    if len(rows) > LINES:
        page.line(f"  and {count(len(rows) - LINES, 'more', 'more')}; --json has all of them", style="dim")


def _verdict(rule: dict[str, Any] | None) -> str:
    if rule is None:
        return ""
    status = f"{rule['rows']:,} rejected" if rule["status"] == "rejected rows" else rule["status"]
    timed = rule["rule"].startswith(_TIMES) and rule["measured"] is not None
    measured = duration(rule["measured"]) if timed else _number(rule["measured"])
    return status if not measured else measured if status == "passed" else f"{measured} {status}"


def _when(one: dict[str, Any]) -> str:
    when: str = one["committed_at"][:16].replace("T", " ")
    return when


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.4g} %"


def _about(value: float | None) -> str:
    return "" if value is None else f"~{value:,.0f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.6g}"
