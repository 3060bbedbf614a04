"""What a named check is: a model that a user writes in a contract, and a test of values, of rows or of the table."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from mesh_etl.checks.custom.rules import CheckedRows, CheckedTable, CheckedValues
from mesh_etl.checks.inside import placed
from mesh_etl.config.model import Model
from mesh_etl.contract.comparison import NONE
from mesh_etl.errors import did_you_mean
from mesh_etl.registry import Registry

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from mesh_etl.checks.base import Rule
    from mesh_etl.checks.dataset import DatasetRule
    from mesh_etl.checks.reading.spots import Spot
    from mesh_etl.contract.comparison import Comparison
    from mesh_etl.contract.load import Contract


@dataclass(frozen=True)
class CheckContext:
    """Where a check stands in a contract.

    `id` names the rule, `fails` says whether breaking it rejects a row or fails the run, `spot` is the column or the
    part of one (None for the table), and `comparison` what the contract compares with, if it does.
    """

    contract: Contract
    id: str
    fails: bool
    spot: Spot | None
    comparison: Comparison | None


class Check(Model):
    """A check that plug-ins can add to.

    Derive from `ValueCheck`, `RowCheck` or `TableCheck`, give `type` a default and register the class with `@check`.
    """

    type: str

    def __reduce__(self) -> tuple[Any, ...]:
        """A worker that does not find a plug-in's module looks for it where this process has found it."""
        module = type(self).__module__
        file = Path(sys.modules[module].__file__ or "").resolve()
        folder = file.parents[module.count(".") + (file.name == "__init__.py")]
        return restored, (module, str(folder), type(self).__name__, self.model_dump(by_alias=True))

    def columns(self) -> tuple[str, ...]:
        """The columns that the check names in its arguments."""
        return ()

    def refusal(self, context: CheckContext) -> tuple[str, str] | None:
        """Why the check cannot be carried out where it stands, and the fix; None where it can."""
        names = {column.name for column in context.contract.schema}
        unknown = next((name for name in self.columns() if name not in names), None)
        return (unknown and (f"'{unknown}' is no column of the table", did_you_mean(unknown, names))) or None

    def rule(self, context: CheckContext) -> Rule | DatasetRule:
        """The rule that the check becomes."""
        raise TypeError(f"{type(self).__name__} is neither a check of values, nor of rows, nor of the table")


def restored(module: str, folder: str, name: str, arguments: dict[str, Any]) -> Check:
    """The check that another process has sent. Raises `ImportError` where its module is nowhere to be found."""
    try:
        found = import_module(module)
    except ModuleNotFoundError:
        sys.path.append(folder)
        found = import_module(module)
    component: type[Check] = getattr(found, name)
    return component.model_validate(arguments)


class ValueCheck(Check):
    """A test of single values; it stands on a property, at any depth."""

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        """True for the values that are wrong, False or NULL for the others; None when none is.

        Called for each batch, in the workers: vectorised, and without state.
        """
        raise TypeError(f"{type(self).__name__} has no test")

    def refusal(self, context: CheckContext) -> tuple[str, str] | None:
        if context.spot is None:
            return "the check is about the values of a property", "move the rule to the property"
        if context.comparison is not None:
            return "the check is about single values and compares nothing", "remove the comparison"
        return super().refusal(context)

    def rule(self, context: CheckContext) -> Rule:
        assert context.spot is not None, "refused"
        return placed(context.spot, CheckedValues(context.id, context.spot.path, context.fails, self))


class RowCheck(Check):
    """A test of whole rows; it stands on the table."""

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        """True for the rows that are wrong, False or NULL for the others; None when none is.

        Called for each batch, in the workers: vectorised, and without state.
        """
        raise TypeError(f"{type(self).__name__} has no test")

    def refusal(self, context: CheckContext) -> tuple[str, str] | None:
        if context.comparison is not None:
            return "the check is about single rows and compares nothing", "remove the comparison"
        return super().refusal(context)

    def rule(self, context: CheckContext) -> Rule:
        return CheckedRows(context.id, context.spot.path if context.spot else "", context.fails, self)


class TableCheck(Check):
    """A number measured on the table as it will be, and compared: with 0 where the contract states no comparison.

    `counts` says that the number is a count and never a cell, so that reports may show it.
    """

    counts: ClassVar[bool] = False

    def measure(self, frame: DataFrame) -> float | None:
        """The number; None where there is none, which holds in no comparison.

        `frame` has the columns of the contract. Use what Spark Connect offers, so that every engine can answer.
        """
        raise TypeError(f"{type(self).__name__} measures nothing")

    def rule(self, context: CheckContext) -> DatasetRule:
        return CheckedTable(context.id, context.fails, self, context.comparison or NONE)


check: Registry[Check] = Registry("check")
