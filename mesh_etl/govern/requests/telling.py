"""Who needs to know of a request: an SNS topic, and the events of the mesh. That they cannot be told stops nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault
from mesh_etl.events import AccessGranted, AccessRevoked, emit
from mesh_etl.events.asked import asked

if TYPE_CHECKING:
    import datetime

    from mesh_etl.config import Project
    from mesh_etl.govern.requests.request import Request
    from mesh_etl.worlds import World


def tell(project: Project, world: World, request: Request, today: datetime.date) -> list[Fault]:
    """The topic and the event bus are told of the request's newest step; returns why not, where they could not be."""
    return [*_notified(project, world, request, today), *_emitted(project, world, request, today)]


def message(request: Request, today: datetime.date) -> dict[str, Any]:
    """What is said of a request: never the reason, the condition on rows, or who typed it."""
    asked = request.asked
    return {
        "request": request.id,
        "status": request.status(today),
        "product": asked.product,
        "principal": asked.principal,
        "access": _access(request),
        "until": request.until.isoformat() if request.until else None,
        "next": f"mesh-etl requests show {request.id}",
    }


def _notified(project: Project, world: World, request: Request, today: datetime.date) -> list[Fault]:
    governance = project.mesh.governance
    if governance is None or governance.notify is None:
        return []
    said = message(request, today)
    subject = f"Access to {said['product']}: {said['status']}"[:100]
    wanted = {"TopicArn": governance.notify, "Subject": subject, "Message": json.dumps(said)}
    identity = project.identity(governance.account)
    _, problem = asked("sns:Publish", lambda: world.client("sns", identity).publish(**wanted))
    if not problem:
        return []
    fix = "let the governing role publish to the topic, and see that there is one"
    return [Fault("NOTIFY_UNSENT", f"the topic was not told: {problem}", governance.notify, fix)]


def _emitted(project: Project, world: World, request: Request, today: datetime.date) -> list[Fault]:
    last, asked, status = request.steps[-1], request.asked, request.status(today)
    common: dict[str, Any] = {
        "mesh": project.mesh.name,
        "product": asked.product,
        "at": last.at.isoformat(),
        "principal": asked.principal,
        "access": _access(request),
        "by": f"policy {last.policy}" if last.policy else last.by,
        "request": request.id,
    }
    if status == "approved":
        return emit(world, project, [AccessGranted(**common, until=last.until.isoformat() if last.until else None)])
    if status == "revoked" and request.approvals:
        return emit(world, project, [AccessRevoked(**common)])
    return []


def _access(request: Request) -> str:
    asked = request.asked
    if asked.role:
        return f"role {asked.role}"
    return f"columns {', '.join(asked.columns) or 'all'}" + (" of some rows" if asked.rows else "")
