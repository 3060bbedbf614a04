"""Text files whose fields are separated by tabs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.sources.base import source
from mesh_etl.sources.delimited import Delimited


@source
class Tsv(Delimited):
    """Records of fields between tabs; what MySQL and PostgreSQL export is read without quotes and with an escape.

    source: {type: tsv, path: "data/orders-*.tsv", quote: "", escape: "\\\\", nulls: ["\\\\N"]}
    """

    type: Literal["tsv"] = Field(default="tsv", description="Text separated by tabs.")

    def separator(self) -> str:
        return "\t"
