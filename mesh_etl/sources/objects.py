"""Files as they are, whatever they hold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.contract.diff import fits
from mesh_etl.contract.types import Field as ColumnField
from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, Source, SourceContext, source
from mesh_etl.sources.files import Paths, found, unread

Fact = Literal["path", "name", "size", "content_type", "sha256", "modified", "metadata"]


@source
class Objects(Source):
    """One row for each file, with what is known of it from outside: nothing is copied, and no content is parsed.

    The facts are `path` and `name` (string), `size` in bytes (bigint), `content_type` (string; told by the first bytes,
    else by the name), `sha256` (string, hexadecimal), `modified` (timestamp) and `metadata` (map<string,string>; what
    S3 keeps with an object). Each column of the contract is the fact of its own name, unless `columns` says otherwise.

    source: {type: objects, path: "s3://bucket/scans/**/*.pdf", columns: {document: path, checksum: sha256}}
    """

    type: Literal["objects"] = Field(default="objects", description="Files of any kind, registered as they are.")
    path: Paths = Field(
        description="A file, a folder (all its files), a pattern such as scans/**/*.pdf, or a list of these; relative "
        "to the project, or in S3 (s3://bucket/folder).",
    )
    columns: dict[str, Fact] = Field(
        default_factory=dict, description="The columns to read: name → fact. Default: those of the contract."
    )

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.objects.reader import FACTS, ObjectsReader

        known = {column.name: column for column in context.schema or ()}
        facts: dict[str, str] = {**self.columns} or {name: name for name in known or FACTS}
        schema, faults = [], []
        for name, fact in facts.items():
            where = context.where("columns", *([name] if self.columns else []))
            if fact not in FACTS:
                fix = f"map it under columns, or list only the columns to read; the facts are {', '.join(FACTS)}"
                faults.append(Fault("COLUMN_MISSING", f"no fact of a file is called '{name}'", where, fix))
                continue
            schema.append(known.get(name, ColumnField(name, FACTS[fact])))
            if not fits(FACTS[fact], schema[-1].type):
                problem = f"'{fact}' is {FACTS[fact].ddl()}, the contract says {schema[-1].type.glue()}"
                faults.append(Fault("TYPE_MISMATCH", problem, where, "change the contract"))
        if faults:
            raise PlanError(*faults)
        files, skipped = unread(found(self.path, context), context)
        return Opened(files, ObjectsReader(tuple(schema), facts), skipped=skipped)
