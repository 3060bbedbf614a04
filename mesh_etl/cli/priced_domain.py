"""The cost of a domain as people and programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.cli.priced import about, dollars, facts

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.cost.domain import DomainCost

TITLES = ("job", "a run", "runs a month", "a month", "storage a month")


def show_domain(page: Page, domain: str, found: DomainCost) -> None:
    """The domain's jobs are on the page, each in a line, and what they come to."""
    of = f" of {dollars(found.budget)} in its budget" if found.budget else ""
    known = ", as far as it is known" if found.unknown else ""
    page.line(f"{domain}  {about(found.monthly)} a month{of}{known}", style="bold")
    rows = []
    for one in found.products:
        often = "" if one.frequency.runs is None else f"{one.frequency.runs:,.0f}"
        monthly = "not known" if one.monthly is None else dollars(one.monthly)
        rows.append((one.product, dollars(one.price), often, monthly, dollars(one.storage.monthly)))
    rows += [(name, "", "", dollars(monthly), "") for name, monthly in found.chores.items()]
    page.table(TITLES, rows, right=TITLES[1:], tight=True)
    page.next(f"mesh-etl cost {found.products[0].product if found.products else f'{domain}.PRODUCT'}")


def domain_facts(domain: str, found: DomainCost) -> dict[str, Any]:
    """The domain's jobs as plain JSON data."""
    return {
        "domain": domain,
        "month": found.monthly,
        "budget": found.budget,
        "products": [facts(one) for one in found.products],
        "chores": dict(found.chores),
        "unknown": [str(one) for one in found.unknown],
    }
