"""What a producer's own tests import."""

from __future__ import annotations

from mesh_etl.testing.access import can
from mesh_etl.testing.accounts import aws
from mesh_etl.testing.contracts import assert_contract

__all__ = ["assert_contract", "aws", "can"]
