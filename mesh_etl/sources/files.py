"""What all file sources share: paths, pinned versions, and the columns that are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from mesh_etl.config.model import Model
from mesh_etl.contract.types import Field as ColumnField
from mesh_etl.contract.types import Schema, parse
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.sources.base import Source, SourceContext
from mesh_etl.sources.drift import Compared, Policy, Stored, compare
from mesh_etl.stores import InputFile, store_of


class SourceColumn(Model):
    """A column of a file: its name there, and its type where the contract does not have the column."""

    from_: str | None = Field(default=None, alias="from", description="The column's name in the file.")
    type: str | None = Field(default=None, description="The type, for a column that the contract does not have.")

    @field_validator("type")
    @classmethod
    def _is_type(cls, value: str | None) -> str | None:
        if value is not None:
            parse(value)
        return value


def _spelled_short(value: object) -> object:
    return {"from": value} if isinstance(value, str) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        close = did_you_mean(name, available_timezones())
        raise ValueError(f"is no time zone; {close or 'write it as in Europe/Berlin, or UTC'}") from None
    return name


Timezone = Annotated[str, AfterValidator(_zone)]
Address = Annotated[str, Field(min_length=1)]
Paths = Address | Annotated[tuple[Address, ...], Field(min_length=1)]
Columns = dict[str, Annotated[SourceColumn, BeforeValidator(_spelled_short)]]


class ColumnSource(Source):
    """A source of which a job may list the columns to read."""

    columns: Columns = Field(
        default_factory=dict,
        description="The columns to read: name → name in the file, or {from, type}. Default: those of the contract.",
    )

    def schema_of(self, context: SourceContext) -> tuple[Schema, dict[str, str]]:
        """The columns that are read with their types, and their names in the file where those differ.

        Raises `PlanError` UNTYPED_COLUMN for a column that neither the contract nor the job gives a type.
        """
        known = {column.name: column.type for column in context.schema or ()}
        if not self.columns:
            if context.schema is None:
                fix = "list them: columns: {id: {type: bigint}}"
                raise PlanError(
                    Fault("UNTYPED_COLUMN", "an input without a contract needs columns", context.where(), fix)
                )
            return context.schema, {}
        fields = typed_columns(self.columns, context, "{from: …, type: bigint}")
        fields += [ColumnField(name, known[name]) for name in sorted(context.evolved - self.columns.keys())]
        return tuple(fields), {name: column.from_ for name, column in self.columns.items() if column.from_}


class ListedColumn(Protocol):
    """A column that a job lists, with its type where the contract does not have it."""

    @property
    def type(self) -> str | None:
        """The type that the job states, if any."""
        ...


def typed_columns(columns: Mapping[str, ListedColumn], context: SourceContext, shape: str) -> list[ColumnField]:
    """The listed columns with their own types or those of the contract.

    Raises `PlanError` UNTYPED_COLUMN for every column that has neither; `shape` shows how to write a type.
    """
    known = {column.name: column.type for column in context.schema or ()}
    fields, faults = [], []
    for name, column in columns.items():
        if column.type:
            fields.append(ColumnField(name, parse(column.type)))
        elif name in known:
            fields.append(ColumnField(name, known[name]))
        else:
            fix = did_you_mean(name, known) if known else ""
            fix = fix if fix.startswith("did") else f"give it a type: {shape}"
            problem = f"column '{name}' is not in the contract and has no type"
            faults.append(Fault("UNTYPED_COLUMN", problem, context.where("columns", name), fix))
    if faults:
        raise PlanError(*faults)
    return fields


class FileSource(ColumnSource):
    """A source that reads files from a path."""

    path: Paths = Field(
        description="A file, a folder (all its files), a pattern such as data/*.csv, or a list of these; relative to "
        "the project, or in S3 (s3://bucket/folder).",
    )
    drift: Policy = Field(
        "fail",
        description="What to do with files whose columns are not those of the contract: fail; ignore what is more and "
        "read NULL for optional columns that lack; evolve: take over new optional columns and wider types.",
    )

    def compared(
        self, context: SourceContext, schema: Schema, names: Mapping[str, str], files: Sequence[Stored]
    ) -> Compared:
        """What to read of the files, by the drift policy; `schema` and `names` are those of `schema_of`.

        Raises `PlanError` with the faults of all files, and DRIFT_UNFIT where there is no contract to evolve.
        """
        if self.drift == "evolve" and context.schema is None:
            fix = "use drift: ignore"
            problem = "drift: only the main source has a contract that can evolve"
            raise PlanError(Fault("DRIFT_UNFIT", problem, context.where("drift"), fix))
        optional = frozenset[str]()
        if self.drift == "ignore":
            optional = frozenset(column.name for column in schema) - context.required
        elif self.drift == "evolve":
            optional = context.evolved
        return compare(files, schema, names, optional, self.drift)

    def pin(self, context: SourceContext) -> tuple[tuple[InputFile, ...], int]:
        """The files that the path means now, each with its size and version, and how many were read before.

        Raises `PlanError`: INPUT_MISSING, EMPTY_FILE, INPUT_CHANGED.
        """
        files = found(self.path, context)
        faults = [
            Fault("EMPTY_FILE", "the file is empty: not even a header", file.path, "remove it or deliver it again")
            for file in files
            if file.size == 0
        ]
        return unread(files, context, faults)


def unread(
    files: Sequence[InputFile], context: SourceContext, faults: Sequence[Fault] = ()
) -> tuple[tuple[InputFile, ...], int]:
    """The files that no commit has read yet, and the number of the others.

    Raises `PlanError` with the faults that were found before, and INPUT_CHANGED for files that were read and changed.
    """
    changed = [
        Fault(
            "INPUT_CHANGED",
            "the file was read before and has changed since",
            file.path,
            "deliver changes under a new name, or use mode replace",
        )
        for file in files
        if context.seen.get(file.path, file.version) != file.version
    ]
    if faults or changed:
        raise PlanError(*faults, *changed)
    fresh = tuple(file for file in files if file.path not in context.seen)
    return fresh, len(files) - len(fresh)


def stated(source: object) -> tuple[str, ...]:
    """The files, folders and patterns that a source names, as its configuration does; none where it reads no files."""
    path = getattr(source, "path", None)
    return (path,) if isinstance(path, str) else tuple(path or ())


def found(paths: str | Sequence[str], context: SourceContext) -> list[InputFile]:
    """The files that a path of the job means now, or each of several, pinned; each file once.

    Raises `PlanError`: INPUT_MISSING, BAD_ADDRESS, UNSUPPORTED_PATH, NAME_ENCODING, and what the storage answers.
    """
    files = [file for path in ([paths] if isinstance(paths, str) else paths) for file in _meant(path, context)]
    unnamed = [file.path.encode("utf-8", "surrogateescape") for file in files if not _is_text(file.path)]
    if unnamed:
        problem, fix = "the file's name is no UTF-8, so the ledger cannot record it", "give it another name"
        raise PlanError(*(Fault("NAME_ENCODING", problem, ascii(name)[2:-1], fix) for name in unnamed))
    return list({file.path: file for file in files}.values())


def _meant(path: str, context: SourceContext) -> list[InputFile]:
    scheme = path.partition("://")[0] if "://" in path else ""
    if scheme not in ("", "s3", "s3a"):
        fix = "use a local path or s3://bucket/key"
        raise PlanError(Fault("UNSUPPORTED_PATH", f"'{scheme}' is no storage that is read", context.where("path"), fix))
    address = path if scheme or Path(path).is_absolute() else str(context.root / path)
    store = store_of(address)
    files = store.find(address)
    if not files:
        beside = store.beside(address)
        fix = did_you_mean(address.rstrip("/").rpartition("/")[2], beside) if beside else ""
        check = "check the path" if beside is not None else "the folder does not exist: make it, or change the path"
        fix = fix if fix.startswith("did") else check
        raise PlanError(Fault("INPUT_MISSING", f"no file is there: {address}", context.where("path"), fix))
    return files


def _is_text(path: str) -> bool:
    return path.isascii() or not any("\udc80" <= character <= "\udcff" for character in path)
