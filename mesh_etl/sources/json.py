"""Newline-delimited JSON files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.files import FileSource, Timezone


@source
class Json(FileSource):
    """One JSON object a line, matched to the contract by key; nested values become structs, arrays and maps.

    source: {type: json, path: "data/events.ndjson", timezone: UTC}
    """

    type: Literal["json"] = Field(default="json", description="Newline-delimited JSON.")
    timezone: Timezone | None = Field(
        default=None, description="The zone of timestamps that are written without an offset."
    )

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.json import JsonReader
        from mesh_etl.kernels.typing import TextRules

        schema, names = self.schema_of(context)
        rules = TextRules(timezone=self.timezone)
        files, skipped = self.pin(context)
        return Opened(files, JsonReader(schema, names, self.drift == "ignore", rules), skipped=skipped)
