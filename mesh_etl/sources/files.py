"""What all file sources share: paths, pinned versions, and the columns that are read."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from mesh_etl.config.model import Model
from mesh_etl.contract.types import Field as ColumnField
from mesh_etl.contract.types import Schema, parse
from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.kernels.work import InputFile
from mesh_etl.sources.base import Source, SourceContext


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
Columns = dict[str, Annotated[SourceColumn, BeforeValidator(_spelled_short)]]


class FileSource(Source):
    """A source that reads files from a path."""

    path: str = Field(
        min_length=1,
        description="A file, a folder (all its files), or a pattern such as data/*.csv; relative to the project.",
    )
    columns: Columns = Field(
        default_factory=dict,
        description="The columns to read: name → name in the file, or {from, type}. Default: those of the contract.",
    )
    extra_columns: Literal["fail", "ignore"] = Field(
        "fail", description="What to do with columns of the file that are not listed."
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
        fields, faults = [], []
        for name, column in self.columns.items():
            if column.type:
                fields.append(ColumnField(name, parse(column.type)))
            elif name in known:
                fields.append(ColumnField(name, known[name]))
            else:
                fix = did_you_mean(name, known) if known else ""
                fix = fix if fix.startswith("did") else "give it a type: {from: …, type: bigint}"
                problem = f"column '{name}' is not in the contract and has no type"
                faults.append(Fault("UNTYPED_COLUMN", problem, context.where("columns", name), fix))
        if faults:
            raise PlanError(*faults)
        return tuple(fields), {name: column.from_ for name, column in self.columns.items() if column.from_}

    def pin(self, context: SourceContext) -> tuple[tuple[InputFile, ...], int]:
        """The files that the path means now, each with its size and version, and how many were read before.

        Raises `PlanError`: INPUT_MISSING, EMPTY_FILE, INPUT_CHANGED.
        """
        found = [_pinned(path) for path in _paths(self.path, context)]
        faults = [
            Fault("EMPTY_FILE", "the file is empty: not even a header", file.path, "remove it or deliver it again")
            for file in found
            if file.size == 0
        ]
        faults += [
            Fault(
                "INPUT_CHANGED",
                "the file was read before and has changed since",
                file.path,
                "deliver changes under a new name, or use mode replace",
            )
            for file in found
            if context.seen.get(file.path, file.version) != file.version
        ]
        if faults:
            raise PlanError(*faults)
        fresh = tuple(file for file in found if file.path not in context.seen)
        return fresh, len(found) - len(fresh)


def _paths(path: str, context: SourceContext) -> list[str]:
    if "://" in path:
        fix = "copy the files to a local path; this version reads the local file system"
        raise PlanError(Fault("UNSUPPORTED_PATH", "the path is no local path", context.where("path"), fix))
    absolute = Path(path) if Path(path).is_absolute() else context.root / path
    if absolute.is_dir():
        found = sorted(str(one) for one in absolute.iterdir() if one.is_file() and not one.name.startswith((".", "_")))
    elif absolute.is_file():
        return [str(absolute)]
    else:
        found = sorted(one for one in glob.glob(str(absolute)) if Path(one).is_file())
    if not found:
        beside = [one.name for one in absolute.parent.iterdir()] if absolute.parent.is_dir() else []
        fix = did_you_mean(absolute.name, beside) if beside else "the folder does not exist"
        fix = fix if fix.startswith(("did", "the")) else "check the path"
        raise PlanError(Fault("INPUT_MISSING", f"no file is there: {absolute}", context.where("path"), fix))
    return found


def _pinned(path: str) -> InputFile:
    facts = Path(path).stat()
    return InputFile(path, facts.st_size, f"mtime:{facts.st_mtime_ns}")


def header_faults(
    path: str, header: Sequence[str], schema: Schema, names: Mapping[str, str], ignore_extra: bool
) -> list[Fault]:
    """What keeps a file's header from being read by name: columns that are missing, unexpected or there twice.

    A first line that has nothing of a header is most likely a record, so none of it is shown.
    """
    wanted = [names.get(column.name, column.name) for column in schema]
    missing = [name for name in wanted if name not in header]
    extra = [name for name in header if name not in wanted]
    twice = sorted({name for name in header if list(header).count(name) > 1})
    if missing == wanted and not any(did_you_mean(name, extra).startswith("did") for name in wanted):
        problem = f"the first line names none of the columns {_listed(wanted)}"
        fix = "list the file's columns under source.columns, or set header: false where there is no header"
        return [Fault("HEADER_MISMATCH", problem, path, fix)]
    faults = []
    if missing:
        close = did_you_mean(missing[0], extra)
        fix = close if close.startswith("did") else "list the file's columns under source.columns"
        faults.append(Fault("COLUMN_MISSING", f"the header lacks {_listed(missing)}", path, fix))
    if extra and not ignore_extra:
        fix = "add them to the contract, or set extra_columns: ignore"
        faults.append(Fault("COLUMN_UNEXPECTED", f"the header has {_listed(extra)} besides", path, fix))
    if twice:
        faults.append(Fault("COLUMN_DUPLICATE", f"the header repeats {_listed(twice)}", path))
    return faults


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name[:64]}'" for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
