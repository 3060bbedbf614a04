"""Who is given what, and what must be there for it to reach them: shares between accounts, links, local grants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mesh_etl.govern.names import central_account, central_database, link
from mesh_etl.govern.state import Database, DatabaseEntry, GrantKey, Resource, Rights, Share
from mesh_etl.govern.state.groups import account_of

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.principals import Recipients

DESCRIBE = frozenset({"DESCRIBE"})


class Grants:
    """The grants that are collected, with the shares and links that follow from them."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.central = central_account(mesh).id
        self.rights: dict[GrantKey, Rights] = {}
        self.shares: dict[tuple[str, str], Share] = {}
        self.links: dict[Database, DatabaseEntry] = {}

    def add(self, account: str, who: str, what: Resource, rights: Iterable[str], grantable: Iterable[str] = ()) -> None:
        """The principal has these rights beside those that it has already, by a grant in this account."""
        key, more = GrantKey(account, who, what), Rights(frozenset(rights), frozenset(grantable))
        self.rights[key] = self.rights[key] | more if key in self.rights else more

    def give(
        self,
        to: Recipients,
        what: Resource,
        rights: frozenset[str],
        domains: Iterable[str],
        *,
        grant_option: bool = False,
    ) -> None:
        """The recipients have these rights on something of the central catalogue, and can reach it where they are.

        Roles get them straight from the central account. A whole account, or a role of another account that may give
        them on, gets them through its account, whose administrator gives them to the roles.
        """
        through = to.whole or (grant_option and to.account != self.central)
        if through and to.account != self.central:
            self.add(self.central, to.account, what, rights, rights)
        elsewhere = to.account if through else self.central
        for role in to.roles:
            self.add(elsewhere, role, what, rights, rights if grant_option else ())
        for domain in domains:
            self.reach(to.account, to.roles, domain)

    def reach(self, account: str, roles: Iterable[str], domain: str) -> None:
        """The roles of the account can name the domain's central tables: the account has a share and a link."""
        if account == self.central:
            return
        self.shares[self.central, account] = Share("ACTIVE")
        here = link(self.mesh, account, domain)
        self.links[here] = DatabaseEntry(target=Database(self.central, central_database(self.mesh, domain)))
        for role in roles:
            self.add(account, role, here, DESCRIBE)

    def on_central(self, who: str, what: Resource, rights: Iterable[str]) -> None:
        """A role of any account has these rights on something of the central catalogue."""
        self.add(self.central, who, what, rights)
        if account_of(who) != self.central:
            self.shares[self.central, account_of(who)] = Share("ACTIVE")
