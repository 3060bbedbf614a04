"""The changes between two versions of a contract, as people and programs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.cli.wording import count

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.contract.comparing import Compared
    from mesh_etl.contract.diff import Change

CONCERNS = {
    "columns": "readers of the columns",
    "rules": "those who rely on the rules",
    "levels": "those who rely on the service levels",
    "access": "those who have or want access",
    "people": "those who want to know",
}
STORED = {
    "fits": "",
    "unproven": "stored rows may break it",
    "unfit": "stored rows do not fit it",
}
STYLES = {"breaking": "bold red", "additive": "green", "cosmetic": "dim"}


def show(page: Page, found: Compared) -> None:
    """The changes are on the page, the gravest first, with their places in both versions."""
    old, new = found.old.summary, found.new.summary
    page.line(f"{new.id}  {old.version} to {new.version}: {verdict(found)}", style="bold")
    page.line(f"  {found.old.name} to {found.new.name}", style="dim")
    for kind in found.kinds:
        for change in found.changes:
            if change.kind == kind:
                page.line(f"  {kind:<10}{told(change)}", style=STYLES[kind], hang=12)
                lines = " to ".join(place for place in found.places(change) if place != found.old.name)
                page.line(f"{'':<12}for {concerns(change)}; {lines}", style="dim", hang=12)
    if old.unknown:
        page.line(f"  not compared: {', '.join(old.unknown)}; the commit is of an older version that did not keep them")


def verdict(found: Compared) -> str:
    """The changes by number."""
    return ", ".join(count(number, f"{kind} change") for kind, number in found.kinds.items()) or "no changes"


def told(change: Change) -> str:
    """One change in words."""
    return f"{change.path}: {change.text}"


def concerns(change: Change) -> str:
    """Whom the change concerns, and what becomes of stored rows."""
    parts = [CONCERNS[change.view], STORED[change.stored], "a matter of governance" * (change.flag == "governance")]
    return "; ".join(part for part in parts if part)


def as_markdown(found: Compared) -> None:
    """The changes are a table on stdout."""
    old, new = found.old.summary, found.new.summary
    print(f"**{new.id}** {old.version} → {new.version}: {verdict(found)}\n")
    if found.changes:
        print("| kind | change | concerns | line |\n|---|---|---|---|")
    for kind in found.kinds:
        for change in found.changes:
            if change.kind == kind:
                cells = (kind, told(change), concerns(change), found.places(change)[1])
                print(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")


def document(found: Compared) -> dict[str, Any]:
    """The changes as plain JSON data."""
    from mesh_etl.cli.failures import plain

    return {
        "contract": found.new.summary.id,
        "old": {"name": found.old.name, "version": found.old.summary.version},
        "new": {"name": found.new.name, "version": found.new.summary.version},
        "smallest_version": found.smallest,
        "faults": plain(found.version_faults()),
        "changes": [
            {
                "kind": change.kind,
                "path": change.path,
                "text": change.text,
                "view": change.view,
                "stored": change.stored,
                "flag": change.flag,
                "old": found.places(change)[0],
                "new": found.places(change)[1],
            }
            for change in found.changes
        ],
        "not_compared": list(found.old.summary.unknown),
    }
