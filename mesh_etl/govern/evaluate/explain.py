"""The chain of facts that decides an answer, as data and as lines that people read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from mesh_etl.govern.evaluate.answer import Access, Obstacle, Portion
from mesh_etl.govern.evaluate.evaluator import Evaluator
from mesh_etl.govern.evaluate.wording import Names, listed, origin, thing
from mesh_etl.govern.state import Columns, ColumnsBut, Filter, GrantKey, Table, Tagged
from mesh_etl.govern.state.groups import EVERYBODY, account_of, everyone
from mesh_etl.govern.state.lines import expression

Kind = Literal["grant", "tag", "filter", "share", "link", "view", "open", "admin", "right", "lack", "no-match"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact of a chain; those that it rests on stand below it."""

    kind: Kind
    text: str
    below: tuple[Reason, ...] = ()

    def document(self) -> dict[str, Any]:
        """The fact as plain JSON data."""
        return {"kind": self.kind, "text": self.text, "because": [one.document() for one in self.below]}

    def lines(self, depth: int = 0) -> Iterator[str]:
        """The fact and those below it as an indented list."""
        yield f"{'  ' * depth}- {self.text}"
        for one in self.below:
            yield from one.lines(depth + 1)


def reasons(evaluator: Evaluator, answer: Access, names: Names, column: str | None = None) -> tuple[Reason, ...]:
    """Why the answer is as it is: for the table, or for one of its columns."""
    return tuple(_Chain(evaluator, answer, names, column).found())


@dataclass(frozen=True)
class _Chain:
    evaluator: Evaluator
    answer: Access
    names: Names
    column: str | None

    def found(self) -> Iterator[Reason]:
        table, given = self.answer.table, self.answer.given
        shown = [one for one in given if self.column is None or self.column in one.columns]
        yield from (self._portion(one) for one in shown)
        for right, grants in self.answer.by_right.items():
            if self.column is None and right not in ("SELECT", "DESCRIBE"):
                yield Reason("right", f"may {right} it", tuple(map(self._grant, grants)))
        yield from self._views()
        if self.answer.unenforced:
            yield Reason("open", f"{EVERYBODY} has {self.names.table(table)}: IAM alone decides in this account")
        for account in self.answer.administers:
            yield Reason(
                "admin",
                f"{self._who} administers Lake Formation in account {self.names.account(account)}:"
                " it may give itself what the account has",
            )
        if shown and self.answer.principal != account_of(self.answer.principal) != table.catalog:
            yield from self._way()
        yield from (Reason("lack", self._lack(one)) for one in self.answer.obstacles)
        if not shown and table in self.evaluator.state.tables:
            yield from self._near()

    @property
    def _who(self) -> str:
        return self.names.principal(self.answer.principal)

    def _portion(self, portion: Portion) -> Reason:
        what = self.column or _columns(portion.columns, self.answer)
        rows = f" where {portion.rows}" if portion.rows else ""
        return Reason("grant", f"sees {what}{rows}", tuple(map(self._grant, portion.grants)))

    def _grant(self, key: GrantKey) -> Reason:
        """The grant, with what makes it hold for this table."""
        rights = self.evaluator.state.grants[key]
        given = listed(sorted(rights.permissions))
        passes = ", and may give it on" if rights.grantable else ""
        account = self.names.account(key.account)
        text = f"{self.names.principal(key.principal)} has {given} on {thing(key.resource, self.names)}{passes}"
        return Reason("grant", f"{text} (written in account {account})", tuple(self._held_for(key)))

    def _held_for(self, key: GrantKey) -> Iterator[Reason]:
        state, table = self.evaluator.state, self.answer.table
        if isinstance(key.resource, Filter) and key.resource in state.filters:
            cells = state.filters[key.resource]
            shown = (
                listed(cells.columns) if cells.columns is not None else f"all but {listed(cells.excluded) or 'none'}"
            )
            yield Reason("filter", f"the filter shows {shown} {f'where {cells.rows}' if cells.rows else 'of all rows'}")
        if isinstance(key.resource, Tagged):
            keys = self._expression(key.resource)
            if key.resource.saved:
                yield Reason("tag", f"'{key.resource.saved}' is {expression(keys)}")
            sources = self.evaluator.effective.sources(table, self.column)
            for name, _ in keys:
                if name in sources and (self.column is not None or sources[name].value in dict(keys)[name]):
                    on = self.column or self.names.table(table)
                    yield Reason("tag", f"{on} has {name}={sources[name].value}, {origin(sources[name])}")

    def _expression(self, resource: Tagged) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if resource.saved:
            return self.evaluator.state.expressions.get((resource.catalog, resource.saved), ())
        return resource.expression

    def _views(self) -> Iterator[Reason]:
        for view, masked, answer in self.answer.views:
            if self.column is None or self.column in answer.names:
                told = f", with {listed(sorted(masked))} masked" if masked else ""
                below = reasons(self.evaluator, answer, self.names, self.column)
                yield Reason("view", f"may use the view {self.names.table(view)} in its place{told}", below)

    def _way(self) -> Iterator[Reason]:
        table, account = self.answer.table, account_of(self.answer.principal)
        owner, other = self.names.account(table.catalog), self.names.account(account)
        if (table.catalog, account) in self.evaluator.state.shares:
            yield Reason("share", f"the catalogue of account {owner} is shared with account {other}")
        seen = self.evaluator.links.seen(self.answer.principal, account, table)
        for link in seen[:1]:
            name = f"{link.database}.{link.name}" if isinstance(link, Table) else link.name
            yield Reason("link", f"account {other} has the resource link {name} to it, and {self._who} sees the link")

    def _lack(self, one: Obstacle) -> str:
        account, table = self.names.account(one.account), self.names.table(self.answer.table)
        about = one.about.resource if isinstance(one.about, GrantKey) else one.about
        what = thing(about, self.names) if about is not None else ""
        match one.lack:
            case "no-table":
                return f"there is no {table} in the catalogue of account {account}"
            case "no-grant":
                return f"nothing gives {self._who} a right on {table}"
            case "no-share":
                return f"there is a grant, but the catalogue is not shared with account {account}"
            case "share-pending":
                return f"there is a grant, but account {account} has not accepted the invitation to the share"
            case "share-ended":
                return f"there is a grant, but the share with account {account} expired or was rejected"
            case "not-passed-on":
                return f"account {account} has {what}, but gave nothing of it to {self._who}"
            case "not-to-pass-on":
                return f"account {account} has {what} without the grant option, so its own grants give nothing"
            case "no-account-grant":
                return f"account {account} gave {what} to {self._who}, but has nothing of it itself"
            case "no-filter":
                return f"there is a grant on {what}, but no such filter"
            case "no-expression":
                return f"there is a grant on {what}, but no such expression"
            case "no-link":
                return f"there is a grant, but no resource link in account {account}"
            case "no-describe":
                return f"there is a grant and a resource link in account {account}, but no DESCRIBE on {what}"

    def _near(self) -> Iterator[Reason]:
        """The grants of the principal that are about the table, or about tags, and do not show this."""
        table, who = self.answer.table, self.answer.principal
        account = account_of(who)
        holders = {who, account, everyone(account)}
        for key, rights in self.evaluator.state.grants.items():
            if key.principal not in holders or not rights.permissions & {"SELECT", "ALL"}:
                continue
            match key.resource:
                case Columns(of) | ColumnsBut(of) | Filter(of) if of == table and self.column is not None:
                    yield Reason("no-match", f"{thing(key.resource, self.names)} leaves out {self.column}")
                case Tagged(catalog, "TABLE") if catalog == table.catalog:
                    yield from self._mismatch(key.resource)

    def _mismatch(self, resource: Tagged) -> Iterator[Reason]:
        sources = self.evaluator.effective.sources(self.answer.table, self.column)
        found = []
        for name, values in self._expression(resource):
            have = sources.get(name)
            if have is None or (have.value not in values and "*" not in values):
                found.append(f"{name}={have.value} ({origin(have)})" if have else f"no tag {name}")
        if found:
            on = self.column or self.names.table(self.answer.table)
            says = f" ({expression(self._expression(resource))})" if resource.saved else ""
            text = f"there is a grant on {thing(resource, self.names)}{says}, but {on} has {listed(found)}"
            yield Reason("no-match", text)


def _columns(columns: frozenset[str], answer: Access) -> str:
    if columns >= set(answer.names):
        return "all columns"
    return listed(name for name in answer.names if name in columns)
