"""JSON files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.encoding import Encoding
from mesh_etl.sources.files import FileSource
from mesh_etl.sources.text import ScalarOptions


@source
class Json(FileSource, ScalarOptions):
    """JSON objects, matched to the contract by key; nested values become structs, arrays and maps.

    A column may stand deeper in the object: `columns: {city: address.city}` (a dot that belongs to a key is written
    `\\.`). A key that lacks is NULL, as is a null; a key that no column reads is refused, or with `drift: ignore` left
    out and counted.

    source: {type: json, path: "data/page-*.json", layout: array, records: data.items, timezone: UTC}
    """

    type: Literal["json"] = Field(default="json", description="JSON.")
    layout: Literal["lines", "array", "documents"] = Field(
        default="lines",
        description="Where the objects stand: lines, one in each; array, in one array per file; documents, one after "
        "the other, over several lines if need be.",
    )
    records: str = Field(
        default="",
        validate_default=True,
        description="For layout array: the path to the array in the file's object, such as data.items.",
    )
    encoding: Encoding = Field(default="utf-8", description="The character encoding of the files.")

    @field_validator("records")
    @classmethod
    def _is_a_path_to_an_array(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("layout") != "array":
            raise ValueError("leads to an array: set layout: array")
        return value

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.json.reader import JsonReader

        if self.drift == "evolve":
            problem = "drift: an object names the keys that it has, not those that a file may have"
            raise PlanError(Fault("DRIFT_UNFIT", problem, context.where("drift"), "use drift: fail or ignore"))
        schema, names = self.schema_of(context)
        files, skipped = self.pin(context)
        reader = JsonReader(
            schema, names, self.drift == "ignore", self.rules(), self.layout, self.records, self.encoding
        )
        return Opened(files, reader, skipped=skipped)
