"""Lineage as OpenLineage's facet of columns spells it.

Source: https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet, version 1-2-0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesh_etl.lineage.frames import Column
    from mesh_etl.lineage.mesh import Traced

PRODUCER = "https://pypi.org/project/mesh-etl"
SCHEMA = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json"


def dataset(traced: Traced, mesh: str) -> dict[str, Any]:
    """The product as a dataset of the namespace `mesh`, with its facet `columnLineage`."""
    fields = {
        name: {
            "inputFields": [
                {
                    **_field(use.column, mesh),
                    "transformations": [
                        {"type": "DIRECT", "subtype": use.kind.upper(), "description": "", "masking": use.hidden}
                    ],
                }
                for use in sorted(uses)
            ]
        }
        for name, uses in traced.columns.items()
        if uses
    }
    decided = [
        {
            **_field(column, mesh),
            "transformations": [{"type": "INDIRECT", "subtype": how.upper(), "description": "", "masking": False}],
        }
        for column, how in traced.decided
    ]
    facet = {"_producer": PRODUCER, "_schemaURL": f"{SCHEMA}#/$defs/ColumnLineageDatasetFacet"}
    return {
        "namespace": mesh,
        "name": traced.product,
        "facets": {"columnLineage": {**facet, "fields": fields, "dataset": decided}},
    }


def _field(column: Column, mesh: str) -> dict[str, str]:
    return {"namespace": mesh, "name": column.product, "field": column.name}
