"""From `product.yaml` to a data product: read by the models of the version that it declares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import read
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.product.odps import VERSIONS, AnyProduct, DataProduct

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.config.document import Document
    from mesh_etl.product.odps import InputPort, InputPort10, OutputPort, OutputPort10

FILE = "product.yaml"


@dataclass(frozen=True)
class Product:
    """A data product, and the file that it stands in."""

    odps: AnyProduct
    document: Document

    @property
    def inputs(self) -> list[InputPort | InputPort10]:
        """The input ports, in the order of the file."""
        return [*self.odps.input_ports]

    @property
    def outputs(self) -> list[OutputPort | OutputPort10]:
        """The output ports, in the order of the file."""
        return [*self.odps.output_ports]

    def where(self, *loc: str | int) -> str:
        """The place `file:line:column` of a value, by its keys from the top of the file."""
        return self.document.where(loc)


def path_of(job: LoadedJob) -> Path:
    """Where the product's file is, or would be: beside the job."""
    return (job.project.root / job.path).with_name(FILE)


def product_of(job: LoadedJob) -> Product | None:
    """The data product of the job, or None where it has no file. Raises `ConfigError` with every fault of the file."""
    path = path_of(job)
    return load(path, job.path.with_name(FILE).as_posix()) if path.is_file() else None


def load(path: Path, display: str) -> Product:
    """The data product in the file, which messages call `display`. Raises `ConfigError` with every fault of it."""
    document = read(path, display)
    declared = document.data.get("apiVersion") if isinstance(document.data, dict) else None
    if isinstance(declared, str) and declared not in VERSIONS:
        problem = "this is no version of the Open Data Product Standard that is read"
        where = document.where(("apiVersion",))
        raise ConfigError(Fault("UNKNOWN_VERSION", problem, where, did_you_mean(declared, VERSIONS)))
    return Product(validate(VERSIONS.get(str(declared), DataProduct), document), document)
