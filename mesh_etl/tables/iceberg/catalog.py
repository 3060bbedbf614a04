"""The Glue catalogue as Iceberg's: the pointer to the metadata, changed by compare-and-set on the table's VersionId.

The laptop's catalogue answers the same calls as that of an account, so there is one way to commit. Never certify this
with moto, which ignores VersionId and loses updates.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table
from pyiceberg.table.update import ValidatableTableRequirement

from mesh_etl.errors import Fault, PublishError
from mesh_etl.storage import OutcomeUnknown
from mesh_etl.tables.iceberg.files import StorageIO

if TYPE_CHECKING:
    from pyiceberg.table.metadata import TableMetadata

    from mesh_etl.storage import Storage

_KEPT = 64
POINTER = "metadata_location"
_WORDS = ("Description", "Owner")


class _Known(threading.local):
    """Metadata by their location: what lies there never changes.

    Each thread has its own, since pyiceberg's objects keep what they have looked up in themselves: one thread would
    copy an object while another adds to it.
    """

    def __init__(self) -> None:
        self.metadata: dict[str, TableMetadata] = {}


_known = _Known()


class TableCatalog(GlueCatalog):
    """A catalogue of one table's storage, asked through a client that the world has made."""

    def __init__(self, client: Any, storage: Storage) -> None:
        super().__init__("mesh_etl", client=client)
        self.storage = storage
        self._read: Any = {}

    def _load_file_io(self, properties: Any = None, location: str | None = None) -> StorageIO:
        return StorageIO(self.storage)

    def _convert_glue_to_iceberg(self, glue_table: Any) -> Table:
        place = glue_table.get("Parameters", {}).get(POINTER, "")
        known = _known.metadata.get(place)
        if known is not None:
            name = (glue_table["DatabaseName"], glue_table["Name"])
            return Table(name, known, place, StorageIO(self.storage), self)
        found = super()._convert_glue_to_iceberg(glue_table)
        if len(_known.metadata) >= _KEPT:
            _known.metadata.pop(next(iter(_known.metadata)))
        _known.metadata[place] = found.metadata
        return found

    def _get_glue_table(self, database_name: str, table_name: str) -> Any:
        self._read = super()._get_glue_table(database_name, table_name)
        return self._read

    def _update_glue_table(self, database_name: str, table_name: str, table_input: Any, version_id: str) -> None:
        """As Iceberg's client does it, but what the entry says to people stays."""
        words = {name: self._read[name] for name in _WORDS if name in self._read}
        super()._update_glue_table(database_name, table_name, {**words, **table_input}, version_id)


class AssertLastSequenceNumber(ValidatableTableRequirement):
    """Nothing was added to the table, on any branch, since a snapshot was numbered."""

    type: Literal["assert-last-sequence-number"] = "assert-last-sequence-number"
    last_sequence_number: int

    def validate(self, base_metadata: TableMetadata | None) -> None:  # type: ignore[override]  # as theirs are
        """Raises `CommitFailedException` where something was."""
        if base_metadata is None or last_number(base_metadata) != self.last_sequence_number:
            raise CommitFailedException("a snapshot was added meanwhile")


def last_number(metadata: TableMetadata) -> int:
    """The number of the newest snapshot on any branch."""
    return int(getattr(metadata, "last_sequence_number", 0))


@contextmanager
def reading(place: str) -> Iterator[None]:
    """A block that asks the catalogue. Raises `PublishError`: CATALOG_DENIED, or CATALOG_UNREACHABLE (retryable)."""
    try:
        yield
    except Exception as error:
        if not _is_services(error):
            raise
        raise _refusal(error, place) from error


@contextmanager
def changing(place: str) -> Iterator[None]:
    """A block that changes the catalogue. Raises `OutcomeUnknown` for a lost answer, `PublishError` CATALOG_DENIED."""
    try:
        yield
    except Exception as error:
        if not _is_services(error):
            raise
        if _is_denial(error):
            raise _refusal(error, place) from error
        raise OutcomeUnknown from error


def _is_services(error: Exception) -> bool:
    # Only worlds and publish may know botocore by name.
    return type(error).__module__.startswith("botocore.") or isinstance(error, ConnectionError)


def _code(error: Exception) -> str:
    answer = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", "")) or type(error).__name__


def _is_denial(error: Exception) -> bool:
    return any(word in _code(error) for word in ("Denied", "Unauthorized", "Unrecognized", "Credentials", "Expired"))


def _refusal(error: Exception, place: str) -> PublishError:
    if _is_denial(error):
        fix = "allow glue:GetTable, CreateTable and UpdateTable to the identity that runs the job"
        return PublishError(Fault("CATALOG_DENIED", f"the catalogue refuses the table ({_code(error)})", place, fix))
    fault = Fault("CATALOG_UNREACHABLE", f"the catalogue did not answer ({_code(error)})", place, "run it again")
    return PublishError(fault, retryable=True)
