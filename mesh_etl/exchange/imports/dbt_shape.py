"""What of a properties file of dbt must have a certain shape for its models to be read; all else is left as it is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from mesh_etl.config.document import Document, dotted
from mesh_etl.errors import ConfigError, Fault


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Config(_Loose):
    meta: dict[str, Any] | None = None


class _Constraint(_Loose):
    name: StrictStr | None = None
    columns: list[StrictStr] | None = None


class _Noted(_Loose):
    name: StrictStr | None = None
    meta: dict[str, Any] | None = None
    config: _Config | None = None
    constraints: list[_Constraint] | None = None
    data_tests: list[StrictStr | dict[str, Any]] | None = None
    tests: list[StrictStr | dict[str, Any]] | None = None


class _Column(_Noted):
    include: StrictStr | list[StrictStr] | None = None
    exclude: list[StrictStr] | None = None


class _Version(_Loose):
    v: StrictStr | int | float | None = None
    columns: list[_Column] | None = None


class _Model(_Noted):
    name: StrictStr
    columns: list[_Column] | None = None
    versions: list[_Version] | None = None
    latest_version: StrictStr | int | float | None = None


class _File(_Loose):
    models: list[_Model] = Field(min_length=1)


_PARSE = "write it as dbt's documentation has it; dbt parse tells of the same"


def check_shape(document: Document) -> None:
    """Raises `ConfigError`: NO_MODEL without models, DBT_SHAPE with every part that has another shape than dbt's."""
    stated = document.data.get("models") if isinstance(document.data, dict) else None
    if not isinstance(stated, list) or not stated:
        fix = "give a properties file with models"
        raise ConfigError(Fault("NO_MODEL", "the file has no models", document.where(("models",)), fix))
    try:
        _File.model_validate(document.data)
    except ValidationError as error:
        places = dict.fromkeys(_place(document, one["loc"]) for one in error.errors(include_input=False))
        raise ConfigError(
            *(
                Fault("DBT_SHAPE", f"{dotted(loc)}: this is not what dbt expects here", document.where(loc), _PARSE)
                for loc in places
            )
        ) from None


def _place(document: Document, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The part of `loc` that the file has: pydantic adds the branch of a union that it tried."""
    while loc and loc not in document.places:
        loc = loc[:-1]
    return loc
