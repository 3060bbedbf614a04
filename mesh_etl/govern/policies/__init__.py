"""The IAM and resource policies that the governance of a mesh needs, account by account, as JSON to deploy."""

from __future__ import annotations

from mesh_etl.govern.policies.all import Policy, policies

__all__ = ["Policy", "policies"]
