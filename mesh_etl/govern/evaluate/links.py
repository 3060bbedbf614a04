"""The resource links by which an account sees what others share with it.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/granting-link-permissions.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mesh_etl.govern.evaluate.answer import Obstacle
from mesh_etl.govern.state import Database, State, Table
from mesh_etl.govern.state.groups import EVERYBODY, everyone

if TYPE_CHECKING:
    from mesh_etl.govern.evaluate.effective import Effective
    from mesh_etl.govern.evaluate.held import Held

HeldBy = Callable[[str, Iterable[str]], "tuple[Held, ...]"]


class Links:
    """The links of a state: where they point, and who sees them."""

    def __init__(self, state: State, held: HeldBy, effective: Effective) -> None:
        self._held, self._effective = held, effective
        self._to_database: dict[tuple[str, Database], list[Database]] = defaultdict(list)
        self._to_table: dict[tuple[str, Table], list[Table]] = defaultdict(list)
        for database, of_database in state.databases.items():
            if of_database.target is not None:
                self._to_database[database.catalog, of_database.target].append(database)
        for table, of_table in state.tables.items():
            if of_table.target is not None:
                self._to_table[table.catalog, of_table.target].append(table)
        self._seen: dict[tuple[str, Database | Table], bool] = {}

    def to(self, account: str, table: Table) -> list[Database | Table]:
        """The links of the account that lead to the table: to its database, or to itself."""
        database = Database(table.catalog, table.database)
        return [*self._to_database.get((account, database), ()), *self._to_table.get((account, table), ())]

    def lack(self, principal: str, account: str, table: Table, is_admin: bool) -> Obstacle | None:
        """What lacks for the principal to reach the table by a link of its account; None for nothing."""
        links = self.to(account, table)
        if not links:
            return Obstacle("no-link", account, Database(table.catalog, table.database))
        if is_admin or any(self.sees(principal, link) for link in links):
            return None
        return Obstacle("no-describe", account, min(links, key=repr))

    def seen(self, principal: str, account: str, table: Table) -> list[Database | Table]:
        """The links of the account that lead to the table and that the principal may see."""
        return [link for link in self.to(account, table) if self.sees(principal, link)]

    def sees(self, principal: str, link: Database | Table) -> bool:
        """Whether the principal may see the link."""
        known = self._seen.get((principal, link))
        if known is None:
            known = self._seen[principal, link] = self._looked_up(principal, link)
        return known

    def _looked_up(self, principal: str, link: Database | Table) -> bool:
        account = link.catalog
        held = self._held(account, (principal, everyone(account), EVERYBODY))
        if isinstance(link, Database):
            tags = self._effective.database(link)
            return any(one.sees_database(link, tags) for one in held)
        subject = self._effective.subject(link)
        return subject is not None and any(one.sees_table(subject, self._effective) for one in held)
