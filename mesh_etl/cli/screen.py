"""Where a command writes: lines that fit the terminal, tables, or one JSON document."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from mesh_etl.visible import visible, visible_json

if TYPE_CHECKING:
    from rich.console import Console

    from mesh_etl.errors import Fault

_STYLES = {"error": "bold red", "warning": "yellow"}
LOCAL = "local"  # the environment of commands that are not told one
_ENDLESS = 10_000  # columns: what goes into a file or a pipe is not folded


def document(data: Any) -> None:
    """The data is on stdout as one JSON document."""
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    print(visible_json(json.dumps(data, indent=2, ensure_ascii=ascii_only)))


def console(stderr: bool = False) -> Console:
    """A console that takes no markup from what it prints, has colours where the terminal does, and folds no pipe.

    In a notebook too it writes to stdout or stderr, where whoever calls a command can catch it."""
    from mesh_etl.cli.terminal import Terminal

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _ENDLESS
    return Terminal(stderr=stderr, markup=False, highlight=False, emoji=False, width=width, force_jupyter=False)


def errors(faults: Iterable[Fault], severity: str = "error") -> None:
    """Each fault is a line on stderr: `error: where: problem; fix [CODE]`, or `warning: …`."""
    from rich.text import Text

    page = console(stderr=True)
    for fault in faults:
        told = str(fault).replace("\n", "\n  ")  # a line of its own could pass for one of ours
        page.print(Text.assemble((severity, _STYLES[severity]), f": {told}"), soft_wrap=True)


class Page:
    """Lines on stdout; a long one goes on below its own beginning.

    `env` is the environment that the commands named on it are for, where they would not take it by themselves; `root`
    is the option that names their project, where the command that writes was given one.
    """

    root = ""

    def __init__(self, env: str = LOCAL) -> None:
        self._options = "" if env == LOCAL else f" --env {env}"

    @cached_property
    def _console(self) -> Console:
        return console()  # here, for pages of a notebook in Glue have none, and no Rich

    def line(self, text: str = "", style: str = "", hang: int = 0) -> None:
        """One line; one that is too long goes on `hang` columns from the left. An empty text is an empty line."""
        if not text:
            self._console.print()
            return
        indent = " " * (hang or len(text) - len(text.lstrip()) + 4)
        for part in textwrap.wrap(
            text,
            max(self._console.width - 1, 20),
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            self._console.print(part, style=style or None, soft_wrap=True)

    def next(self, command: str, *others: str) -> None:
        """The command that comes next, and below it others that may, each with what it is for where that is stated."""
        for label, one in zip(chain(("next:",), repeat("     ")), (command, *others), strict=False):
            self.line(f"{label} {one}{'' if ' --env ' in one else self._options}{self.root}")

    def field(self, label: str, text: str, width: int = 12) -> None:
        """A labelled line of a list of facts; nothing for an empty text."""
        if text:
            self.line(f"  {label:<{width}}{text}", hang=width + 2)

    @property
    def width(self) -> int:
        """How many columns there are to write in; very many where nobody looks."""
        return self._console.width

    def table(
        self,
        titles: Sequence[str],
        rows: Iterable[Sequence[str]],
        right: Iterable[str] = (),
        tight: bool = False,
        spare: Sequence[str] = (),
    ) -> None:
        """A table; the columns named in `right` are flush right, and a tight one fits many columns in 80 characters.

        Where they do not all fit, those named in `spare` go, the first of them first. Where that will not do, each row
        is a list of its cells.
        """
        from rich import box
        from rich.table import Table
        from rich.text import Text

        from mesh_etl.cli import columns

        gap = 0 if tight and self.width < 100 else 1
        titles, every = [visible(one) for one in titles], [[visible(cell) for cell in row] for row in rows]
        places = columns.kept(titles, every, spare, self.width, gap)
        shown, cells = [titles[at] for at in places], [[row[at] for at in places] for row in every]
        widths = columns.widths(shown, cells, self.width, gap)
        if widths is None:
            self._listed(titles, every)
            return
        drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold")
        flush = set(right)
        for title, width in zip(shown, widths, strict=True):
            drawn.add_column(Text(title), justify="right" if title in flush else "left", overflow="fold", width=width)
        for row in cells:
            drawn.add_row(*(Text(cell) for cell in row))
        self._console.print(drawn)

    def _listed(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Each row is a paragraph, with a line for each cell that holds something."""
        for row in rows:
            for title, cell in zip(titles, row, strict=True):
                if cell:
                    self.line(f"{title}: {cell}" if title else cell, hang=4)
            self.line()
