"""A page of a notebook: what a command would print, kept, and shown as HTML or as plain text.

The same texts stand in both. All of them are escaped here and nowhere else, and nothing outside of the page is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from mesh_etl.cli.screen import Page

# Readable on a dark and on a light page.
GOOD, WARNED, BROKEN, FAINT = "#2e9e5b", "#b8860b", "#d64545", "#888888"
SIGNS = {"passed": "✓", "warned": "!", "suppressed": "!", "not executed": "·"}
_COLOURS = {"✓": GOOD, "!": WARNED, "·": FAINT, "✗": BROKEN, "+": GOOD, "-": BROKEN}
_STYLES = {
    "bold": "font-weight:bold",
    "dim": "opacity:.7",
    "yellow": f"color:{WARNED}",
    "bold red": f"font-weight:bold;color:{BROKEN}",
    "bold green": f"font-weight:bold;color:{GOOD}",
    "code": "font-family:monospace",
}
_CELL = "padding:2px 8px;vertical-align:top;text-align:"
_LABEL = "font-weight:normal;opacity:.7;white-space:nowrap"
_WIDEST = 60  # characters of a cell in plain text


@dataclass(frozen=True)
class _Line:
    text: str
    style: str = ""


@dataclass(frozen=True)
class _Field:
    label: str
    text: str
    width: int


@dataclass(frozen=True)
class _Table:
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[str]


@dataclass(frozen=True)
class _Picture:
    svg: str
    text: str


class Notes(Page):
    """A page that keeps what is written on it: `html()` and `text()` are the two ways to look at it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[_Line | _Field | _Table | _Picture] = []

    def line(self, text: str = "", style: str = "", hang: int = 0) -> None:
        """One line; of a verdict's sign at its begin the colour is known."""
        self._parts.append(_Line(_plain(text), style))

    def next(self, command: str, *others: str) -> None:
        """Nothing: in a notebook a call comes next, and no command; whoever makes the page says which."""

    def field(self, label: str, text: str, width: int = 12) -> None:
        """A labelled line of a list of facts; nothing for an empty text."""
        if text:
            self._parts.append(_Field(_plain(label), _plain(text), width))

    def table(
        self,
        titles: Sequence[str],
        rows: Iterable[Sequence[str]],
        right: Iterable[str] = (),
        tight: bool = False,
        spare: Sequence[str] = (),
    ) -> None:
        """A table; the columns named in `right` are flush right. A wide one scrolls by itself."""
        kept = tuple(tuple(map(_plain, row)) for row in rows)
        self._parts.append(_Table(tuple(map(_plain, titles)), kept, frozenset(right)))

    def picture(self, svg: str, text: str) -> None:
        """A drawing, and what is shown in its place where there is no HTML. The caller has escaped what it draws."""
        self._parts.append(_Picture(svg, text))

    def join(self, other: Notes) -> None:
        """What stands on the other page stands on this one, below."""
        self._parts += other._parts

    def html(self) -> str:
        """The page as one piece of HTML without scripts, styles or links of its own."""
        found = []
        for kind, parts in groupby(self._parts, type):
            if kind is _Field:
                found.append(_fields([one for one in parts if isinstance(one, _Field)]))
            else:
                found += [_html(one) for one in parts]
        return f'<div style="max-width:60em;line-height:1.4">{"".join(found)}</div>'

    def text(self) -> str:
        """The page as lines."""
        return "\n".join(map(_text, self._parts))


def _plain(text: str) -> str:
    """The text on one line, without signs that cannot be seen or that turn others around."""
    return "".join(
        sign if sign.isprintable() else " " if sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text
    )


def _html(part: _Line | _Field | _Table | _Picture) -> str:
    match part:
        case _Line(text, style):
            sign, known = text.strip()[:1], style != "code" and text.strip()[1:2] == " "
            colour = f";color:{_COLOURS[sign]}" if (known or style == "code") and sign in _COLOURS else ""
            return (
                f'<div style="white-space:pre-wrap;{_STYLES.get(style, "")}{colour}">{escape(text) or "&nbsp;"}</div>'
            )
        case _Table():
            return _table(part)
        case _Picture(svg, _):
            return f"<div>{svg}</div>"
        case _Field():
            return _fields([part])


def _fields(fields: Sequence[_Field]) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}left;{_LABEL}">{escape(one.label)}</th>'
        f'<td style="{_CELL}left">{escape(one.text)}</td></tr>'
        for one in fields
    )
    return f'<table style="color:inherit;margin:0"><tbody>{rows}</tbody></table>'


def _table(part: _Table) -> str:
    flush = ["right" if title in part.right else "left" for title in part.titles]
    heads = "".join(
        f'<th scope="col" style="{_CELL}{side}">{escape(title)}</th>'
        for title, side in zip(part.titles, flush, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(_cell(text, side) for text, side in zip(row, flush, strict=True)) + "</tr>"
        for row in part.rows
    )
    table = f'<table style="color:inherit;margin:4px 0"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div style="overflow-x:auto">{table}</div>'


def _cell(text: str, side: str) -> str:
    colour = f";font-weight:bold;color:{_COLOURS[text]}" if text in _COLOURS else ""
    return f'<td style="{_CELL}{side};white-space:pre-wrap{colour}">{escape(text)}</td>'


def _text(part: _Line | _Field | _Table | _Picture) -> str:
    match part:
        case _Line(text, _):
            return text
        case _Field(label, text, width):
            return f"  {label:<{width}}{text}"
        case _Picture(_, text):
            return text
        case _Table(titles, rows, right):
            return _columns([titles, *rows], [title in right for title in titles])


def _columns(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    cut = [[text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…" for text in row] for row in rows]
    widths = [max(len(row[index]) for row in cut) for index in range(len(right))]
    lines = [
        "  ".join(
            text.rjust(width) if flush else text.ljust(width)
            for text, width, flush in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cut
    ]
    return "\n".join(f"  {line}" for line in (lines[0], "  ".join("─" * width for width in widths), *lines[1:]))
