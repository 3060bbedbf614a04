"""Resource Access Manager: what one account's catalogue shares with another, and the invitations to it."""

from __future__ import annotations

from mesh_etl.embedded_aws.ram import invitations, lists, organizations, shares

__all__ = ["invitations", "lists", "organizations", "shares"]
