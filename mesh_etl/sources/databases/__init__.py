"""Databases as sources: their columns held against the contract, their rows brought into files as text."""

from __future__ import annotations

from mesh_etl.sources.databases.address import Address, Scheme
from mesh_etl.sources.databases.columns import Wanted
from mesh_etl.sources.databases.fetch import DatabaseFetch, Partition
from mesh_etl.sources.databases.session import Access, Relation, Tls

__all__ = ["Access", "Address", "DatabaseFetch", "Partition", "Relation", "Scheme", "Tls", "Wanted"]
