"""Registration in the Glue Data Catalog: one code path for the laptop and for AWS."""

from __future__ import annotations

from mesh_etl.publish.catalog.desired import Column, Desired
from mesh_etl.publish.catalog.difference import Difference, difference, lookup
from mesh_etl.publish.catalog.register import register

__all__ = ["Column", "Desired", "Difference", "difference", "lookup", "register"]
