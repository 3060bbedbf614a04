"""The registry of implemented calls: what each one reads, whether it writes, and the function that answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

Body = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One request: its parameters, the catalogue it is for, whose it is, and the transaction that it runs in.

    `account` owns the catalogue, `caller` is the ARN of the role that asks, from its own account or another.
    """

    parameters: Body
    catalog: str
    account: str
    region: str
    caller: str
    sql: sqlite3.Connection
    now: float

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The parameter, or `default` where the request has none."""
        return self.parameters.get(name, default)

    @property
    def caller_account(self) -> str:
        """The account that the caller's role is in."""
        return self.caller.split(":")[4]

    def within(self, catalog: str) -> Call:
        """The same call by the same caller, about the catalogue `catalog`, as account/region."""
        if catalog == self.catalog:
            return self
        account, _, region = catalog.partition("/")
        return replace(self, catalog=catalog, account=account, region=region)

    def folded(self, name: str) -> str:
        """The parameter as the catalogue stores names: in lower case."""
        return str(self.parameters[name]).lower()


@dataclass(frozen=True)
class Operation:
    """An implemented call; a parameter outside of `reads` is refused rather than ignored."""

    answer: Callable[[Call], Body]
    reads: frozenset[str]
    writes: bool


OPERATIONS: dict[str, Operation] = {}


def operation(
    name: str, *reads: str, writes: bool = False
) -> Callable[[Callable[[Call], Body]], Callable[[Call], Body]]:
    """Register the decorated function as the answer to `name`, as in glue.GetTable, with the parameters `reads`."""

    def register(answer: Callable[[Call], Body]) -> Callable[[Call], Body]:
        OPERATIONS[name] = Operation(answer, frozenset(reads), writes)
        return answer

    return register
