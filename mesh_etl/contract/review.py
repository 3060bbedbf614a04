"""A contract file under review: what is wrong with it and what is unwise, as `mesh-etl contract lint` lists it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import read
from mesh_etl.contract.draft import Draft
from mesh_etl.contract.lint import lint, warnings
from mesh_etl.contract.load import stored
from mesh_etl.contract.odcs import DataContract
from mesh_etl.contract.strict import version_faults
from mesh_etl.errors import ConfigError, Fault


@dataclass(frozen=True)
class Review:
    """What is wrong with a contract, and what is only unwise."""

    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def review(path: Path, display: str, *, strict: bool = False, standard: bool = False) -> Review:
    """The review of one file, which messages call `display`.

    `strict` holds the file against the version of the standard that it declares, and not against the newest one.
    `standard` asks for a contract of the standard alone: what only a product of this mesh must have is a warning.
    """
    try:
        document = read(path, display)
        odcs = validate(DataContract, document)
    except ConfigError as error:
        return Review(error.faults)
    faults = [*lint(odcs, document)]
    advised = [*warnings(odcs, document)]
    if strict:
        faults += version_faults(Draft(odcs, document))
    _, demands = stored(odcs, document)
    (advised if standard else faults).extend(demands)
    return Review(_in_order(faults), _in_order(advised))


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults by line."""
    return tuple(sorted(dict.fromkeys(faults), key=_line))


def _line(fault: Fault) -> tuple[int, int]:
    _, line, column = fault.where.rsplit(":", 2)
    return int(line), int(column)
