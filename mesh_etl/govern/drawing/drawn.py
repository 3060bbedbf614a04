"""A state as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from mesh_etl.govern.drawing.catalogue import Catalogues
from mesh_etl.govern.drawing.people import people
from mesh_etl.govern.drawing.scene import Account, Line
from mesh_etl.govern.drawing.sheet import EDGE, LINE, Arrow, Layout, Sheet, Text
from mesh_etl.govern.drawing.svg import LEGEND, svg
from mesh_etl.govern.state import State
from mesh_etl.govern.state.lines import Name

TOP = 90  # the heading and the legend


def drawn(state: State, name: Name = str, title: str = "Governance") -> str:
    """The SVG of the state: the same for the same state; `name` says what people call an account's id or a principal.

    The catalogue that links lead to stands in the middle with its tables and the tags of their columns, accounts with
    databases of their own left of it, others right. What administrators have, and who may see a link, is left out.
    """
    accounts = tuple(_accounts(state, name))
    layout = Layout()
    sheet = layout.laid_out(accounts, TOP)
    _heading(sheet, title)
    counts = f"{len(accounts)} accounts, {len(state.tables)} tables, {len(state.grants)} grants"
    return svg(sheet, title, f"{counts}: who has been given what, by name, by filter or by tags.")


def _accounts(state: State, name: Name) -> Iterator[Account]:
    given = people(state, name)
    targets = Counter(entry.target.catalog for entry in state.databases.values() if entry.target is not None)
    owners = {one.catalog for one, entry in state.databases.items() if entry.target is None}
    middle = max(targets, key=lambda one: (targets[one], one)) if targets else min(owners, default="")
    catalogues = Catalogues(state, name, middle)
    for account in sorted({*state.settings, *owners, *given}, key=name):
        side: Literal["left", "middle", "right"] = "left" if account in owners else "right"
        side = "middle" if account == middle else side
        title = account if name(account) == account else f"{name(account)} {account}"
        cards = (*catalogues.cards(account), *given.get(account, ()))
        yield Account(title, side, tuple(_notes(state, name, account)), cards)


def _notes(state: State, name: Name, account: str) -> Iterator[Line]:
    settings = state.settings.get(account)
    if settings is None:
        yield Line("not an account of this mesh", "warning")
    else:
        admins = ", ".join(sorted(map(name, settings.admins))) or "nobody"
        yield Line(f"administered by {admins}", "dim")
        if settings.open_databases or settings.open_tables:
            yield Line("new entries are open to everybody with IAM rights", "warning")
    for (owner, receiver), share in sorted(state.shares.items()):
        if receiver == account and share.status != "ACTIVE":
            yield Line(f"share of {name(owner)}: {share.status.lower()}", "warning")


def _heading(sheet: Sheet, title: str) -> None:
    """The title, and what the kinds of arrows mean."""
    sheet.texts.append(Text(EDGE, 34, title, "heading"))
    x = float(EDGE)
    for kind, words in LEGEND.items():
        sheet.arrows.append(Arrow((x, 62), (x + 44, 62), kind))
        sheet.texts.append(Text(x + 52, 62 + LINE / 4, words, "plain"))
        x += 78 + 6.3 * len(words)
