"""What a row rule is to the kernels: a name and a vectorised test. The rule families live in `checks/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


class RowRule(Protocol):
    """A test of single rows; picklable, so that it travels to the engine's workers."""

    @property
    def id(self) -> str:
        """The name of the rule in verdicts, quarantine and metrics."""
        ...

    @property
    def column(self) -> str:
        """The column that a violation names; '' for a rule over the whole row."""
        ...

    @property
    def reads(self) -> tuple[str, ...] | None:
        """The columns that the test looks at; None for all of them."""
        ...

    @property
    def rejects(self) -> bool:
        """Whether a row that breaks the rule goes to quarantine, or is only counted."""
        ...

    def broken(self, batch: pa.RecordBatch) -> pa.BooleanArray | None:
        """True for the rows that break the rule, False or NULL for the others; None when none does."""
        ...
