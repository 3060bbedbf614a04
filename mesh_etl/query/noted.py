"""Each question of a reader is written down, whether it was answered or not."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from mesh_etl.errors import MeshError

if TYPE_CHECKING:
    from mesh_etl.govern.reading import Reader
    from mesh_etl.query.statement import Statement


class Noted:
    """A block in which a question is answered: it is noted as denied when it fails before `allowed` was called."""

    def __init__(self, statement: Statement, reader: Reader | None) -> None:
        self._statement, self._reader, self._open = statement, reader, True

    def __enter__(self) -> Noted:
        return self

    def allowed(self) -> None:
        """The reader gets an answer. Raises `RunError` AUDIT_UNWRITTEN: then there is none."""
        self._open = False
        self._note()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._open and isinstance(error, MeshError):
            self._note(error.code)

    def _note(self, code: str = "") -> None:
        if self._reader is not None:
            products = tuple(dict.fromkeys(table.product for table in self._statement.tables))
            self._reader.note(products, self._statement.columns(), code, statement=self._statement.fingerprint())
