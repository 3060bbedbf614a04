"""What the sources ask of a database, whichever it is: one snapshot of it, and rows as text."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from mesh_etl.errors import Fault, RunError
from mesh_etl.sources.databases.address import Address
from mesh_etl.sources.databases.columns import StoredColumn

if TYPE_CHECKING:
    import pyarrow as pa

Tls = Literal["prefer", "require", "verify"]


@dataclass(frozen=True)
class Access:
    """How to reach a database: where, as whom (`password` by reference), how long to wait, and how to encrypt."""

    address: Address
    user: str
    password: str | None
    connect_timeout: int
    timeout: int
    tls: Tls
    tls_ca: str | None = None


@dataclass(frozen=True)
class Relation:
    """A table, by the parts of its name, or the text of a query."""

    table: tuple[str, ...] = ()
    query: str = ""


class Session(Protocol):
    """A read-only transaction in one snapshot. Used as a context manager; raises `RunError` without a cell value."""

    shares: bool  # whether other sessions can join the snapshot

    def __enter__(self) -> Session: ...

    def __exit__(self, *_: object) -> None: ...

    def quoted(self, name: str) -> str:
        """The name as an identifier, whatever signs it has."""
        ...

    def columns(self, relation: Relation) -> list[StoredColumn]:
        """The columns of the relation as the catalogue states them; reads no row. Raises TABLE_MISSING."""
        ...

    def one(self, sql: str) -> tuple[str | None, ...]:
        """The only row of a query whose columns are text."""
        ...

    def batches(self, sql: str, names: Sequence[str], size: int) -> Generator[pa.RecordBatch]:
        """The rows of a query whose columns are text, as they arrive, in batches of about `size` bytes."""
        ...

    def joined(self) -> Session:
        """Another session in the same snapshot, to be read at the same time. Only where `shares`."""
        ...


def source_of(session: Session, relation: Relation) -> str:
    """The relation as it stands after FROM, under the name `r`."""
    if relation.table:
        return ".".join(session.quoted(part) for part in relation.table) + " AS r"
    return f"(\n{relation.query}\n) AS r"  # on lines of its own: the query may end in a comment


# What servers answer, in our words; their own text may quote values.
_FAULTS = {
    "ACCESS_DENIED": ("the database refuses access", "check user and password, and grant SELECT on what is read"),
    "DATABASE_MISSING": ("the server has no such database", "check the url"),
    "DATABASE_UNREACHABLE": ("the database does not answer", "check host, port, tls and the network, and run again"),
    "DATABASE_LOST": ("the database broke off", "run again: nothing was published"),
    "DATABASE_TIMEOUT": ("the database took too long", "raise timeout, read less by where, or run again"),
    "QUERY_REFUSED": ("the database cannot carry out the query", "try the query or the predicate in its own client"),
}
_RETRYABLE = {"DATABASE_UNREACHABLE", "DATABASE_LOST", "DATABASE_TIMEOUT"}


def refused(code: str, where: str, state: str = "") -> RunError:
    """The error for what a server answered; `state` is its own code for it."""
    problem, fix = _FAULTS[code]
    return RunError(Fault(code, f"{problem} ({state})" if state else problem, where, fix), retryable=code in _RETRYABLE)
