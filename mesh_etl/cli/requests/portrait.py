"""What is printed of a request: where it stands, what is to be done, and all that happened to it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from mesh_etl.cli import screen
from mesh_etl.cli.wording import count

if TYPE_CHECKING:
    from mesh_etl.govern.requests import Desk, Request, Step
    from mesh_etl.worlds import World


def told(desk: Desk, world: World, request: Request, as_json: bool, against: tuple[str, ...] = ()) -> None:
    """A request has one more step, of which whoever needs to know is told: `against` is why policies do not approve it.

    What was decided is made so in the accounts. Raises what keeps it from that; the decision holds.
    """
    from mesh_etl.govern.requests.carry_out import carry_out
    from mesh_etl.govern.requests.telling import tell

    status = request.status(desk.today)
    decided = status == "approved" or (status == "revoked" and bool(request.approvals))
    made = carry_out(desk, world, request, request.steps[-1].by) if decided else ()
    warnings = tell(desk.project, world, request, desk.today)
    if as_json:
        plain = [{"code": one.code, "problem": one.problem} for one in warnings]
        said = {"against": list(against), "changes": len(made), "warnings": plain}
        screen.document({**document(request, desk.today), **said})
        return
    page = screen.Page()
    page.line(f"{request.id}  {spoken(request, desk.today)}: {what(request)} for {request.asked.named}", style="bold")
    for reason in against:
        page.line(f"  {reason}")
    if status == "asked":
        page.line(f"  to be decided by {' or '.join(desk.approvers(request))}: mesh-etl approve {request.id} --by …")
    if decided:
        page.line(f"  {count(len(made), 'change')} made in the accounts" if made else "  the accounts say so already")
    screen.errors(warnings, "warning")


def shown(request: Request, today: datetime.date) -> None:
    """The request with every step is on stdout."""
    asked, page = request.asked, screen.Page()
    page.line(f"{request.id}  {spoken(request, today)}: {what(request)}", style="bold")
    page.field("for", f"{asked.named}  {asked.principal}")
    page.field("rows", asked.rows)
    page.field("duration", count(asked.days, "day") if asked.days else "until it is revoked")
    page.field("grant option", "it may be given on" if asked.grant_option else "", 14)
    page.line()
    page.table(("when", "what", "by", "why"), [_line(step) for step in request.steps])


def document(request: Request, today: datetime.date) -> dict[str, Any]:
    """The request as plain JSON data."""
    asked = request.asked
    return {
        "request": request.id,
        "status": request.status(today),
        "product": asked.product,
        "principal": asked.principal,
        "named": asked.named,
        "role": asked.role,
        "columns": list(asked.columns),
        "rows": asked.rows,
        "days": asked.days,
        "grant_option": asked.grant_option,
        "until": request.until.isoformat() if request.until else None,
        "steps": [
            {"step": s.kind, "by": s.by, "at": s.at.isoformat(), "reason": s.reason, "policy": s.policy or None}
            for s in request.steps
        ],
    }


def spoken(request: Request, today: datetime.date) -> str:
    """Where it stands, in words."""
    status = request.status(today)
    if status == "asked" and request.approvals:
        return "approved once, and asked for the second time"
    return f"{status} until {request.until}" if status == "approved" and request.until else status


def what(request: Request) -> str:
    """What is asked for: `sales.orders as reader`, `sales.orders (status, total_price)`."""
    asked = request.asked
    if asked.role:
        return f"{asked.product} as {asked.role}"
    return f"{asked.product} ({', '.join(asked.columns) or 'all columns'}{', some rows' if asked.rows else ''})"


def _line(step: Step) -> tuple[str, ...]:
    by = f"policy '{step.policy}'" if step.policy else step.by
    until = f" until {step.until}" if step.until else ""
    return f"{step.at:%Y-%m-%d %H:%M}", f"{step.kind}{until}", by, step.reason
