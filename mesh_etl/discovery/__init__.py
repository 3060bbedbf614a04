"""Finding products: by the words of their contracts, with what a consumer needs to choose one of them."""

from __future__ import annotations

from mesh_etl.discovery.catalogue import Catalogue, catalogue
from mesh_etl.discovery.described import Described
from mesh_etl.discovery.find import Found, find
from mesh_etl.discovery.live import live

__all__ = ["Catalogue", "Described", "Found", "catalogue", "find", "live"]
