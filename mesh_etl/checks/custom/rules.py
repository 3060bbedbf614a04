"""The rules that named checks become."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.checks.base import Rule, ValueRule
from mesh_etl.checks.dataset import DatasetRule
from mesh_etl.contract.comparison import Comparison
from mesh_etl.errors import Fault, MeshError, RunError

if TYPE_CHECKING:
    import pyarrow as pa

    from mesh_etl.checks.custom.base import RowCheck, TableCheck, ValueCheck


@dataclass(frozen=True)
class CheckedValues(ValueRule):
    """The values pass a named check."""

    check: ValueCheck

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        with guarded(self.id, self.check.type):
            return _mask(self.check.wrong(values), len(values))

    def text(self) -> str:
        return f"{self.column} passes {self.check.type}"


@dataclass(frozen=True)
class CheckedRows(Rule):
    """The rows pass a named check."""

    check: RowCheck

    @property
    def reads(self) -> None:
        return None  # a check gets the whole batch

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        with guarded(self.id, self.check.type):
            return _mask(self.check.broken(batch), batch.num_rows)

    def text(self) -> str:
        return f"the row passes {self.check.type}"


@dataclass(frozen=True)
class CheckedTable(DatasetRule):
    """What a named check measures on the table as it will be, compared with a bound."""

    source = "scan"
    check: TableCheck
    comparison: Comparison

    def text(self) -> str:
        return f"{self.check.type} {self.comparison}"


@contextmanager
def guarded(rule: str, name: str) -> Iterator[None]:
    """What somebody's check raises inside is a `RunError` CHECK_FAILED with the name of the error and no text of it."""
    try:
        yield
    except MeshError:
        raise
    except Exception as error:
        problem = f"the check '{name}' raised {type(error).__name__}"
        raise RunError(Fault("CHECK_FAILED", problem, rule, "mend the check, or remove the rule")) from None


def _mask(found: Any, rows: int) -> pa.BooleanArray | None:
    import pyarrow as pa

    if found is None:
        return None
    if not isinstance(found, pa.BooleanArray) or len(found) != rows:
        raise TypeError("a check returns one boolean for each row")
    return found
