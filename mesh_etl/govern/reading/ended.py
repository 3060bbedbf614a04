"""Grants whose time is over: they show nothing any more, whether or not they have been taken out of the accounts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mesh_etl.govern.compile import compiled
from mesh_etl.govern.requests import Desk
from mesh_etl.govern.state import Rights

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.govern.products import Governed
    from mesh_etl.govern.state import State

_EVER = datetime.date.min  # a day on which nothing has ended yet


def without_ended(project: Project, state: State, products: Sequence[Governed]) -> State:
    """The state without what the contracts of these products, and requests, gave until a day that has passed, and
    without what was revoked.
    """
    desk = Desk(project)
    requests = desk.requests.all()
    given = [one.approved() for one in requests if one.status(_EVER) in ("approved", "revoked") and one.approvals]
    before = compiled(project.mesh, products, given, today=_EVER).state.grants
    now = compiled(project.mesh, products, desk.approved(), today=desk.today).state.grants
    grants = dict(state.grants)
    for key, rights in before.items():
        held, still = grants.get(key), now.get(key, Rights(frozenset()))
        if held is not None and rights != still:
            gone = rights.permissions - still.permissions
            left = Rights(held.permissions - gone, held.grantable - (rights.grantable - still.grantable))
            grants[key] = left
            if not left.permissions:
                del grants[key]
    return replace(state, grants=grants)
