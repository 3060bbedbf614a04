"""The Iceberg table of another domain, read by its entry in the central catalogue and by what Lake Formation lends.

Nothing of it is changed: where another engine has deleted rows by delete files, readers see a file without them that
nobody has written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyiceberg.exceptions import NoSuchTableError

from mesh_etl.errors import Fault, PlanError, PublishError
from mesh_etl.tables.iceberg.catalog import POINTER, TableCatalog
from mesh_etl.tables.iceberg.files import path_of
from mesh_etl.tables.iceberg.ledger import IcebergLedger

if TYPE_CHECKING:
    import numpy as np
    from pyiceberg.table import Table

    from mesh_etl.tables.iceberg.lent_storage import LentStorage


class CentralCatalog(TableCatalog):
    """One entry of the catalogue of another account, asked for once: what it points to then is what is read.

    Source: https://docs.aws.amazon.com/glue/latest/webapi/API_GetTable.html, CatalogId.
    """

    def __init__(self, client: Any, storage: LentStorage, account: str) -> None:
        super().__init__(client, storage)
        self.account = account
        self.root = storage.root

    def _get_glue_table(self, database_name: str, table_name: str) -> Any:
        """The entry. Raises `NoSuchTableError` for one that no run has told yet where its metadata are, too."""
        if self._read:
            return self._read
        try:
            answer = self.glue.get_table(CatalogId=self.account, DatabaseName=database_name, Name=table_name)
        except self.glue.exceptions.EntityNotFoundException:
            raise NoSuchTableError(f"{database_name}.{table_name}") from None
        found = answer["Table"]
        if POINTER not in found.get("Parameters", {}):
            raise NoSuchTableError(f"{database_name}.{table_name}")
        place = path_of(found.get("StorageDescriptor", {}).get("Location", "")).rstrip("/")
        if place != self.root:
            problem = "the central catalogue says that the table lies elsewhere than configs/mesh.yaml does"
            fix = f"set `warehouse` of its domain to what its own jobs have; its entry: {database_name}.{table_name}"
            raise PlanError(Fault("ICEBERG_ELSEWHERE", problem, self.root, fix))
        self._read = found
        return found


@dataclass(frozen=True)
class LentLedger(IcebergLedger):
    """The versions of the table `identifier` in the catalogue of `account`, as they are when it is looked at first."""

    storage: LentStorage
    account: str = field(kw_only=True)

    def table(self) -> Table | None:
        """As the catalogue's; raises `PlanError` ACCESS_DENIED where the entry may not be read."""
        try:
            return super().table()
        except PublishError as error:
            if error.code != "CATALOG_DENIED":
                raise
            fix = f"ask for it: mesh-etl request; the role needs glue:GetTable on the entry in account {self.account}"
            raise PlanError(Fault("ACCESS_DENIED", error.faults[0].problem, self.place, fix)) from error

    def catalog(self) -> TableCatalog:
        return self._catalog

    @cached_property
    def _catalog(self) -> TableCatalog:
        return CentralCatalog(self.client(), self.storage, self.account)

    def shorten(self, path: str, source: str, size: int, rows: int, gone: np.ndarray) -> tuple[int, int]:
        self.storage.stand_in(path, source, size, gone)
        return size, rows - len(gone)
