"""What the contract says of the rows that the steps give, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.cli.wording import listed
from mesh_etl.frames import Checked, check
from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.page import SIGNS, Notes
from mesh_etl.run.engines import translated

if TYPE_CHECKING:
    from mesh_etl.notebook.walk import Walked
    from mesh_etl.plan import Plan

_ORDER = {"failed": 0, "rejected rows": 1, "warned": 2, "suppressed": 2, "not executed": 3}


def verdict(plan: Plan, walked: Walked) -> Answer[Checked]:
    """Every rule of the contract with its verdict on the sample, the broken ones first.

    Columns that the job's mode fills are not there before a run: nothing is said of them.
    """
    with translated(str(plan.job.path)):
        checked = check(plan.contract, walked.frame)
    filled = {f"{one.name}.column" for one in plan.supplied}
    checked = replace(checked, verdicts=tuple(one for one in checked.verdicts if one.rule not in filled))
    return Answer(checked, _page(checked, walked))


def _page(checked: Checked, walked: Walked) -> Notes:
    page, source = Notes(), walked.samples["source"]
    state = "passed" if checked.read else "no row is left to be checked"
    if checked.broken:
        state = f"{len(checked.broken)} of {len(checked.verdicts)} rules broken"
    page.line(f"{checked.contract} {checked.version}: {state}", style="bold")
    page.field("read", source.told())
    page.field("refused", listed([f"{code} {rows:,}" for code, rows in source.refused.most_common()]))
    page.field(
        "rows", f"{checked.read:,} checked, {checked.kept:,} good, {checked.read - checked.kept:,} refused by rules"
    )
    ordered = sorted(checked.verdicts, key=lambda one: _ORDER.get(one.status, 4))
    page.table(
        ("", "rule", "verdict", "rows", "what it says", "where"),
        [
            (
                SIGNS.get(one.status, "✗"),
                one.rule,
                one.status,
                f"{one.rows:,}" if one.rows else "",
                one.reason or one.text,
                _short(checked.places.get(one.rule, "")),
            )
            for one in ordered
        ],
        ("rows",),
    )
    return page


def _short(place: str) -> str:
    """The file and the line, without the folders."""
    return place.rpartition("/")[2]
