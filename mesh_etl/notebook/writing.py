"""Put a text of the author's into the project, and say what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from mesh_etl.notebook.answer import Answer
from mesh_etl.notebook.kept import Kept, told
from mesh_etl.notebook.page import Notes


def written(kept: Kept, text: str, replace: bool, following: str, again: str) -> Answer[bool]:
    """The file holds the text, or the difference is shown: a file that is there is replaced only when told so.

    `following` is the next step, `again` the call that replaces. The value says whether the file holds the text.
    """
    page, before = Notes(), kept.now()
    if before == text:
        page.line(f"{kept.name} says this already", style="bold")
        page.line(following)
        return Answer(True, page)
    lines = kept.diff(text) if before is not None else []
    if before is None or replace:
        kept.write(text)
        page.line(f"wrote {kept.name}", style="bold")
        _difference(page, lines)
        page.line(following)
        return Answer(True, page)
    page.line(f"{kept.name} is there already; nothing was written", style="bold")
    _difference(page, lines)
    page.line(f"To replace it: {again}")
    return Answer(False, page)


def difference(kept: Kept, text: str) -> Answer[tuple[str, ...]]:
    """In what the text differs from the file; nothing is written."""
    page, lines = Notes(), kept.diff(text)
    page.line(f"{kept.name}: {'nothing differs' if not lines else 'what write() would change'}", style="bold")
    _difference(page, lines)
    return Answer(tuple(lines), page)


def _difference(page: Notes, lines: Sequence[str]) -> None:
    for line, style in told(list(lines)):
        page.line(line, style=style)
