"""Delimited text files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from mesh_etl.sources.base import source
from mesh_etl.sources.delimited import Delimited, is_a_mark


@source
class Csv(Delimited):
    """Records of delimited text (RFC 4180), matched to the contract by the names in the header.

    source: {type: csv, path: "data/orders-*.csv", delimiter: ";", nulls: ["", "NA"]}
    """

    type: Literal["csv"] = Field(default="csv", description="Delimited text.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="The character between fields.")

    @field_validator("delimiter")
    @classmethod
    def _is_a_delimiter(cls, value: str) -> str:
        return is_a_mark(value)

    def separator(self) -> str:
        return self.delimiter
