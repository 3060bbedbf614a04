"""Data contracts: what a product promises, read from the Open Data Contract Standard."""

from __future__ import annotations

from mesh_etl.contract.lint import lint
from mesh_etl.contract.load import Contract, load
from mesh_etl.contract.odcs import DataContract
from mesh_etl.contract.table import Property, Table

__all__ = ["Contract", "DataContract", "Property", "Table", "lint", "load"]
