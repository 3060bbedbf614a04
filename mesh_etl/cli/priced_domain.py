"""The cost of a domain as people and programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.cli.priced import about, dollars, facts
from mesh_etl.cli.wording import count

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.cost.domain import DomainCost

TITLES = ("job", "a run", "runs a month", "a month", "storage a month", "watched a month")
SPARE = ("a run", "runs a month", "watched a month", "storage a month")


def show_domain(page: Page, domain: str, found: DomainCost) -> None:
    """The domain's jobs are on the page, each in a line, and what they come to."""
    of = f" of {dollars(found.budget)} in its budget" if found.budget else ""
    without = f", without {count(len(found.left_out), 'product')} of which nothing is known" if found.left_out else ""
    if found.uncounted:
        without += f", without the runs of {count(len(found.uncounted), 'product')}: nobody knows how many there are"
    sum_up = f"{about(found.monthly)} a month" if found.monthly else "nothing a month"
    page.line(f"{domain}  {sum_up}{of}{without}", style="bold")
    rows = []
    for one in found.products:
        often = "" if one.frequency.runs is None else f"{one.frequency.runs:,.0f}"
        monthly = "not known" if one.monthly is None else dollars(one.monthly)
        watched = dollars(one.watching.monthly) if one.watching else ""
        rows.append((one.product, dollars(one.price), often, monthly, dollars(one.storage.monthly), watched))
    rows += [(name, "", "", "not known", "", "") for name in found.left_out]
    for name, paid in found.chores.items():
        watched = dollars(found.watched[name]) if name in found.watched else ""
        rows.append((name, "", "", dollars(paid), "", watched))
    if found.dashboards:
        rows.append(("dashboards", "", "", "", "", dollars(found.dashboards)))
    page.table(TITLES, rows, right=TITLES[1:], tight=True, spare=SPARE)
    named = [*(one.product for one in found.products), *found.left_out, f"{domain}.PRODUCT"]
    page.next(f"mesh-etl cost {named[0]}")


def domain_facts(domain: str, found: DomainCost) -> dict[str, Any]:
    """The domain's jobs as plain JSON data."""
    return {
        "domain": domain,
        "month": found.monthly,
        "budget": found.budget,
        "products": [facts(one) for one in found.products],
        "left_out": list(found.left_out),
        "uncounted": list(found.uncounted),
        "chores": dict(found.chores),
        "chores_watched": dict(found.watched),
        "dashboards": found.dashboards,
        "unknown": [str(one) for one in found.unknown],
    }
