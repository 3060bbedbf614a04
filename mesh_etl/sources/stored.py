"""What sources of files with types of their own share: each schema is held against the contract before reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from mesh_etl.contract.types import Array, DataType, Map, Schema, Simple, Struct
from mesh_etl.contract.types import Field as ColumnField
from mesh_etl.errors import Fault, MeshError, PlanError
from mesh_etl.sources.base import Opened, SourceContext
from mesh_etl.sources.drift import Stored
from mesh_etl.sources.files import FileSource, Timezone
from mesh_etl.stores import InputFile

if TYPE_CHECKING:
    from mesh_etl.kernels.stored.reader import StoredReader
    from mesh_etl.kernels.values.text_rules import TextRules

Columns = list[tuple[str, DataType | str]]


class StoredSource(FileSource):
    """A source of files that state the types of their columns."""

    timezone: Timezone | None = Field(
        default=None,
        description="The zone of timestamps that are stored without one, where the contract wants moments in time.",
    )
    unicode: Literal["nfc", "any"] = Field(
        default="nfc", description="Whether text must be in Unicode's normal form C; any takes it as it is."
    )
    control: Literal["reject", "allow"] = Field(
        default="reject",
        description="What to do with text that holds control characters other than tab, line feed and carriage return.",
    )

    def columns_of(self, file: InputFile) -> Columns:
        """The columns that the file states, in order; text stands for a type that no contract has.

        Raises `PlanError` NOT_THIS_FORMAT.
        """
        raise TypeError(f"{type(self).__name__} has no format")

    def read_by(self, reader: type[StoredReader], context: SourceContext) -> Opened:
        """The files that the path means now with a reader for what the drift policy takes of them."""
        schema, names = self.schema_of(context)
        files, skipped = self.pin(context)
        stored, faults = [], list[Fault]()
        for file in files:
            try:
                stored.append(Stored(file.path, tuple(self.as_wanted(self.columns_of(file), schema, names))))
            except MeshError as error:
                faults += error.faults
        if faults:
            raise PlanError(*faults)
        found = self.compared(context, schema, names, stored)
        opened = reader(found.schema, dict(found.names), self._rules())
        return Opened(files, opened, skipped=skipped, drift=found.drift)

    def _rules(self) -> TextRules:
        from mesh_etl.kernels.values.text_rules import TextRules

        return TextRules(timezone=self.timezone, nfc=self.unicode == "nfc", control=self.control == "allow")

    def as_wanted(
        self, columns: Columns, schema: Schema, names: dict[str, str]
    ) -> Iterator[tuple[str, DataType | str | None]]:
        """The columns as they are compared: a zone makes clocks moments, and a column of NULL fits any type."""
        wanted = {names.get(column.name, column.name): column.type for column in schema}
        for name, kind in columns:
            if name in wanted and kind == "null":
                yield name, wanted[name]
            elif name in wanted and isinstance(kind, DataType) and self.timezone:
                yield name, _placed(kind, wanted[name])
            else:
                yield name, kind


def _placed(kind: DataType, wanted: DataType) -> DataType:
    """The type with moments for clocks without a zone where moments are wanted."""
    if (kind, wanted) == (Simple("timestamp_ntz"), Simple("timestamp")):
        return wanted
    if isinstance(kind, Array) and isinstance(wanted, Array):
        return Array(_placed(kind.item, wanted.item))
    if isinstance(kind, Map) and isinstance(wanted, Map):
        return Map(_placed(kind.key, wanted.key), _placed(kind.value, wanted.value))
    if isinstance(kind, Struct) and isinstance(wanted, Struct):
        types = {one.name: one.type for one in wanted.fields}
        return Struct(
            tuple(ColumnField(one.name, _placed(one.type, types.get(one.name, one.type))) for one in kind.fields)
        )
    return kind


def not_this(file: InputFile, problem: str, fix: str = "deliver it again") -> PlanError:
    """The error for a file that does not have the format of its source."""
    return PlanError(Fault("NOT_THIS_FORMAT", problem, file.path, fix))


def ends_with(file: InputFile, sign: bytes) -> Any:
    """Whether the last bytes of the file are these."""
    with file.open() as stream:
        stream.seek(max(0, file.size - len(sign)))
        return stream.read(len(sign)) == sign
