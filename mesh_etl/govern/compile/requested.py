"""Requests that were approved, as audiences of the products that they are about."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.govern.compile.audience import Audience
from mesh_etl.govern.compile.conditions import condition
from mesh_etl.govern.principals import recipients

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.compile.tagging import Tagging
    from mesh_etl.govern.products import Governed
    from mesh_etl.govern.requests.approved import Approved


def requested(
    mesh: Mesh,
    products: Iterable[Governed],
    tagged: Mapping[str, Tagging],
    roles: Mapping[str, tuple[Audience, ...]],
    requests: Iterable[Approved],
    today: datetime.date,
    findings: Findings,
) -> Iterator[tuple[Governed, Audience, str]]:
    """For each request that holds on this day its product, its audience, and how its filter is called.

    One that is about something that is no longer there gives nothing, and is told: GOVERNANCE_REQUEST.
    """
    known = {one.product: one for one in products}
    for request in requests:
        where = f"requests/{request.id}"
        if not request.holds(today):
            continue
        if request.product not in known:
            findings.warn("GOVERNANCE_REQUEST", f"there is no product '{request.product}' any more", where)
            continue
        about, tagging = known[request.product], tagged[request.product]
        if request.role:
            made = next((one for one in roles[request.product] if one.role == request.role), None)
            if made is None or not made.holds(today):
                problem = f"{request.product} has no role '{request.role}' any more"
                findings.warn("GOVERNANCE_REQUEST", problem, where, "the access that it gave has ended")
                continue
        else:
            made = _own(request, about, tagging, where, findings)
            if made is None:
                continue
        to = (recipients(mesh, request.principal, where),)
        named = "" if request.role else f"request_{request.id}"
        yield about, replace(made, to=to, grant_option=request.grant_option), named


def _own(request: Approved, product: Governed, tagging: Tagging, where: str, findings: Findings) -> Audience | None:
    """What a request that names no role is about; None where nothing is left of it."""
    if product.view is not None:
        problem = f"{product.product} is a view now, which is read as it is"
        findings.warn("GOVERNANCE_REQUEST", problem, where, "the access that it gave has ended")
        return None
    columns = tuple(name for name in tagging.columns if name in request.columns) if request.columns else None
    gone = [name for name in request.columns if name not in tagging.columns]
    if gone:
        problem = f"{request.product} has no column '{gone[0]}' any more"
        findings.warn("GOVERNANCE_REQUEST", problem, where, "the rest of what was approved holds")
    try:
        rows = condition(request.rows, product) if request.rows else ""
    except ValueError as error:
        findings.warn("GOVERNANCE_REQUEST", f"its rows: {error}", where, "the access that it gave has ended")
        return None
    return None if columns == () else Audience(f"request_{request.id}", rows=rows, columns=columns)
