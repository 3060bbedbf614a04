"""Changes of the accounts as people and machines read them: by step and account, with signs, counts and dangers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.failures import plain
from mesh_etl.cli.wording import count, listed
from mesh_etl.errors import Fault
from mesh_etl.govern.difference import STEPS, Change, Changes
from mesh_etl.govern.difference.makers import comes_with_rights, of_makers
from mesh_etl.govern.difference.wording import said, sign
from mesh_etl.govern.principals import name_of
from mesh_etl.govern.state import Columns, lines

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.govern.difference import Foreign

__all__ = ["Portrait", "plain"]

WORDS = {"added": "to add", "changed": "to change", "removed": "to remove"}
FIXES = {
    "grants": "remove it there, or state it here; governance.exclusive removes such grants",
    "settings": "take it off the list of administrators",
}
STYLES = {"+": "green", "~": "yellow", "-": "red"}


@dataclass(frozen=True)
class Line:
    """One line of a plan, which may stand for several columns."""

    step: int
    account: str
    kind: str
    sign: str
    text: str
    dangers: tuple[str, ...]


class Portrait:
    """The changes of a mesh, in the words of its mesh file.

    What makers are given by themselves and is taken back at once is counted apart: a plan cannot know it.
    """

    def __init__(self, mesh: Mesh, changes: Changes) -> None:
        self.mesh = mesh
        taken = of_makers(changes.changes, changes.changes)
        self.changes = replace(changes, changes=tuple(one for one in changes.changes if one not in taken))
        self.taken_back = len(taken)
        self._names: dict[str, str] = {}
        order = {name: number for number, name in enumerate(mesh.accounts)}
        self.lines = sorted(self._lines(), key=lambda line: (line.step, order.get(line.account, len(order))))

    def name(self, who: str) -> str:
        """What people call an account or a principal."""
        if who not in self._names:
            self._names[who] = name_of(self.mesh, who)
        return self._names[who]

    def document(self) -> dict[str, Any]:
        """The changes as plain JSON data."""
        return {
            "mesh": self.mesh.name,
            "taken_back": self.taken_back,
            "changes": [
                {
                    "step": one.step,
                    "account": one.account,
                    "kind": one.kind,
                    "what": one.text,
                    "dangers": list(one.dangers),
                }
                for one in self.lines
            ],
            "foreign": plain(self.foreign()),
            "waiting": [
                {"table": f"{one.database}.{one.name}", "columns": names} for one, names in self.changes.waiting
            ],
        }

    def show(self, page: Page, done: str, entries: Mapping[str, Sequence[str]] | None = None) -> None:
        """The changes on a page; `done` is what is said of them: to make, made, drifted, repaired.

        `entries` is what the entries of products lack, or have lacked, of what their ledgers say, by product.
        """
        entries = entries or {}
        if not self.lines and entries:
            page.line(f"mesh {self.mesh.name}  {count(len(entries), 'product')} {done} in the catalogues", "bold")
        elif not self.lines:
            page.line(f"mesh {self.mesh.name}  nothing to do: the accounts hold what the configuration says", "bold")
        else:
            page.line(f"mesh {self.mesh.name}  {self._counted(done)}", "bold")
        self._steps(page)
        new = self.taken_back if done == "made" else sum(map(comes_with_rights, self.changes.changes))
        if new and done in ("to make", "made"):
            page.line(f"  taken back with it: what Lake Formation gives the maker of {count(new, 'new thing')}", "dim")
        for product, lines_ in entries.items():
            page.line(f"  {product}: {'; '.join(lines_)}", "yellow")
        for one in () if done == "drifted" else self.foreign():
            page.line(f"  left alone: {one.where}: {one.problem}", "dim")
        for table, names in self.changes.waiting:
            page.line(f"  for the next run of {table.database}.{table.name}: {listed(names)}", "dim")
        if done == "to make" and self.changes.dangerous:
            page.line("Look at the dangerous ones, marked with !")
            page.next("mesh-etl govern apply --allow-dangerous")
        elif done == "to make" and self.lines:
            page.next("mesh-etl govern apply")
        elif done == "drifted" and (self.lines or entries):
            page.next("mesh-etl govern verify --repair")

    def show_removal(self, page: Page, done: bool) -> None:
        """On a page what goes with the mesh, or is gone."""
        name = self.mesh.name
        if not self.lines:
            page.line(f"mesh {name}  nothing of it is in the accounts", "bold")
        else:
            page.line(f"mesh {name}  {self._counted('made' if done else 'to make')}", "bold")
        self._steps(page)
        for one in self.foreign():
            page.line(f"  left alone: {one.where}: {one.problem}", "dim")
        if self.lines and not done:
            page.line(f"Data and requests stay. Remove all of this: mesh-etl govern destroy --confirm {name}")

    def foreign(self) -> tuple[Fault, ...]:
        """What others have made, as warnings."""
        return tuple(self._foreign(one) for one in self.changes.foreign)

    def _counted(self, done: str) -> str:
        kinds = Counter(one.kind for one in self.lines)
        parts = [f"{kinds[kind]:,} {WORDS[kind] if done == 'to make' else kind}" for kind in WORDS if kinds[kind]]
        dangerous = sum(bool(one.dangers) for one in self.lines)
        marked = f"; {dangerous:,} dangerous" if dangerous else ""
        return f"{count(len(self.lines), 'change')} {done}: {', '.join(parts)}{marked}"

    def _steps(self, page: Page) -> None:
        before: tuple[int, str] = (0, "")
        for one in self.lines:
            if one.step != before[0]:
                page.line()
                page.line(f"{one.step}. {STEPS[one.step]}", "bold")
            if (one.step, one.account) != before:
                page.line(f"   {one.account}")
            before = one.step, one.account
            page.line(f"     {one.sign} {one.text}", STYLES[one.sign])
            for danger in one.dangers:
                page.line(f"       ! {danger}", "bold red")
        if self.lines:
            page.line()

    def _foreign(self, one: Foreign) -> Fault:
        if one.part == "grants":
            what = f"{self.name(one.key.principal)} {lines.rights(one.value)} on "
            what += lines.resource(one.key.resource, self.name)
            where = f"grant in {self.name(one.key.account)}"
        elif one.part == "settings":
            what, where = f"administrator {self.name(one.value)}", f"settings of {self.name(one.key)}"
        else:
            what, where = lines.resource(one.key, self.name), one.part.rstrip("s")
        return Fault("GOVERN_FOREIGN", f"{what}: {one.reason}", where, FIXES.get(one.part, "rename one of them"))

    def _lines(self) -> Iterator[Line]:
        for together in _together(self.changes.changes):
            first = together[0]
            names = tuple(_column(one) for one in together) if len(together) > 1 else ()
            dangers = tuple(dict.fromkeys(reason for one in together for reason in one.dangers))
            text = said(first, self.name, names)
            yield Line(first.step, self.name(first.account), first.kind, sign(first), text, dangers)


def _together(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes of several columns of one table that say the same, as one."""
    found: dict[tuple[Any, ...], list[Change]] = {}
    for number, change in enumerate(changes):
        key = change.key.resource if change.part == "grants" else change.key
        same: tuple[Any, ...] = (number,)
        if isinstance(key, Columns):
            who = change.key.principal if change.part == "grants" else ""
            same = (change.part, change.account, who, key.table, repr(change.before), repr(change.after))
        found.setdefault(same, []).append(change)
    yield from found.values()


def _column(change: Change) -> str:
    key = change.key.resource if change.part == "grants" else change.key
    return str(key.names[0])
