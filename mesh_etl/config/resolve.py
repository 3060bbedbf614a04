"""From a file with `${name}` in it to a model: secrets, names and shape are judged together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from mesh_etl.config.document import Document
from mesh_etl.config.env import Value
from mesh_etl.config.interpolate import Interpolation
from mesh_etl.config.secret import plain_secrets
from mesh_etl.config.validate import validate
from mesh_etl.errors import ConfigError, Fault

M = TypeVar("M", bound=BaseModel)


def resolve(
    model: type[M],
    document: Document,
    values: Mapping[str, Value],
    searched: str,
    also: Iterable[Fault] = (),
) -> M:
    """The model that the document describes once its names are replaced by `values`, which `searched` holds.

    Raises `ConfigError` with every fault of the file, `also` included, in the order of the lines.
    """
    interpolation = Interpolation(document, values, searched)
    data = interpolation.apply(document.data)
    faults = list(dict.fromkeys((*plain_secrets(document), *interpolation.faults, *also)))
    try:
        found = validate(model, document, data)
    except ConfigError as error:
        # A name that is not defined is told once, not again as a value of the wrong form.
        told = {fault.where for fault in faults}
        faults += [fault for fault in error.faults if fault.where not in told]
        raise ConfigError(*sorted(faults, key=_line)) from None
    if faults:
        raise ConfigError(*sorted(faults, key=_line))
    return found


def _line(fault: Fault) -> tuple[int, int]:
    _, line, column = fault.where.rsplit(":", 2)
    return int(line), int(column)
