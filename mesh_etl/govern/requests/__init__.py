"""Requests for access: asked for, approved by an owner or by a policy, denied, revoked, and ended by their day."""

from __future__ import annotations

from mesh_etl.govern.requests.approved import Approved
from mesh_etl.govern.requests.desk import Desk
from mesh_etl.govern.requests.request import Asked, Request, Step

__all__ = ["Approved", "Asked", "Desk", "Request", "Step"]
