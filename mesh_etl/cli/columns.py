"""Which columns of a table a terminal has room for, and how wide each is: no word is ever broken."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

Rows = Sequence[Sequence[str]]


def kept(titles: Sequence[str], rows: Rows, spare: Sequence[str], room: int, gap: int) -> list[int]:
    """The columns that show, by their places: all but the `spare` ones, and of those what fits, the last first."""
    snug = [_snug(title, [row[at] for row in rows]) for at, title in enumerate(titles)]
    places = [at for at, title in enumerate(titles) if title not in spare]
    for title in reversed(spare):
        if title in titles and fits([snug[at] for at in (*places, titles.index(title))], room, gap):
            places.append(titles.index(title))
    return sorted(places)


def widths(titles: Sequence[str], rows: Rows, room: int, gap: int) -> list[int] | None:
    """How wide each column is drawn: titles wrap before cells do, and both between words. None where that will not do.

    The column that has most to give gives way.
    """
    cells = [[row[at] for row in rows] for at in range(len(titles))]
    least = [max(_longest(title), *map(_longest, column), 1) for title, column in zip(titles, cells, strict=True)]
    snug = [_snug(title, column) for title, column in zip(titles, cells, strict=True)]
    found = [max(cell_len(title), one) for title, one in zip(titles, snug, strict=True)]
    for bound in (snug, least):
        while not fits(found, room, gap):
            at = max(range(len(found)), key=lambda place, bound=bound: found[place] - bound[place])  # type: ignore[misc]
            if found[at] <= bound[at]:
                break
            found[at] -= 1
    return found if fits(found, room, gap) else None


def fits(wide: Sequence[int], room: int, gap: int) -> bool:
    """Whether columns so wide fit, with a space and `gap` more between any two of them."""
    return sum(wide) + (len(wide) - 1) * (1 + gap) <= room


def _snug(title: str, cells: Sequence[str]) -> int:
    """How wide a column is whose cells stand in one line, under a title that may take several."""
    return max([_longest(title), *(cell_len(line) for cell in cells for line in cell.splitlines()), 1])


def _longest(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)
