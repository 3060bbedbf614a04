"""Lake Formation: who may see and do what in the catalogues of all accounts."""

from __future__ import annotations

from mesh_etl.embedded_aws.lakeformation import (
    credentials,
    expressions,
    filters,
    granting,
    listing,
    locations,
    rights,
    settings,
    tag_search,
    tagging,
    tags,
)

__all__ = [
    "credentials",
    "expressions",
    "filters",
    "granting",
    "listing",
    "locations",
    "rights",
    "settings",
    "tag_search",
    "tagging",
    "tags",
]
