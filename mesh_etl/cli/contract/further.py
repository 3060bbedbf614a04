"""What `contract diff` answers besides: whether published rows would pass, and who would be hurt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.wording import count

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.contract.diff import Change
    from mesh_etl.frames.published import Published
    from mesh_etl.product.consumers import Consumer

STYLES = {"passed": "green", "warned": "yellow", "suppressed": "yellow", "not executed": "dim"}


@dataclass(frozen=True)
class Data:
    """The published rows against the new version."""

    found: Published

    @property
    def failed(self) -> bool:
        """Whether a rule is broken."""
        return bool(self.found.broken)

    def show(self, page: Page) -> None:
        """The rules that do not simply pass are on the page, each with its number of rows."""
        found = self.found
        passed = sum(one.status == "passed" for one in found.verdicts)
        told = "would pass" if not self.failed else f"{count(len(found.broken), 'rule')} broken"
        page.line(f"data of version {found.version}, {count(found.rows, 'row')}: {told}; {passed} passed", style="bold")
        for one in found.verdicts:
            if one.status != "passed":
                rows = count(one.rows, "row") if one.rows else ""
                text = "  ".join(part for part in (one.rule, rows, one.reason or one.text) if part)
                page.line(f"  {one.status:<14}{text}", style=STYLES.get(one.status, "bold red"), hang=16)

    def to_json(self) -> dict[str, Any]:
        """All verdicts as plain JSON data."""
        found = self.found
        return {
            "version": found.version,
            "rows": found.rows,
            "passes": not self.failed,
            "rules": [asdict(one) for one in found.verdicts],
        }


@dataclass(frozen=True)
class Consumers:
    """The products that read this one, each with the changes that would break it."""

    found: tuple[tuple[Consumer, tuple[Change, ...]], ...]
    unread: tuple[str, ...] = ()  # products whose own files are at fault, so that nobody knows what they read
    failed: bool = False  # who is hurt is a matter of --fail-on breaking

    def show(self, page: Page) -> None:
        """The consumers are on the page, those who would break first."""
        broken = sum(bool(changes) for _, changes in self.found)
        page.line(f"{count(len(self.found), 'consumer')}: {broken} would break", style="bold")
        for one, changes in sorted(self.found, key=lambda pair: not pair[1]):
            uses = "all columns, or which cannot be told" if one.columns is None else ", ".join(one.columns)
            style = "bold red" if changes else "green"
            state = "breaks" if changes else "goes on"
            page.line(f"  {state:<10}{one.product} of {one.owner}, {one.where}; uses {uses}", style=style, hang=12)
            for change in changes:
                page.line(f"{'':<12}{change.path}: {change.text}", style="dim", hang=12)
        if self.unread:
            page.line(f"  not known: {', '.join(self.unread)}; see mesh-etl validate", style="yellow")

    def to_json(self) -> dict[str, Any]:
        """The consumers as plain JSON data."""
        products = [
            {
                "product": one.product,
                "owner": one.owner,
                "where": one.where,
                "columns": None if one.columns is None else list(one.columns),
                "breaks": bool(changes),
                "changes": [f"{change.path}: {change.text}" for change in changes],
            }
            for one, changes in self.found
        ]
        return {"products": products, "not_known": list(self.unread)}
