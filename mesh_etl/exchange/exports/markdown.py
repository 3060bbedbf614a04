"""`markdown`: the contract as a page that GitHub and its like draw."""

from __future__ import annotations

import re

from mesh_etl.exchange.exported import Exporting
from mesh_etl.exchange.exports.page import Row, page

_SIGNS = re.compile(r"([\\`*\[\]|<>~&]|(?<!\w)_|_(?!\w))")
_LINE = re.compile(r"^(\s*)([-+=:#]|\d+[.)])", re.MULTILINE)


def markdown(exporting: Exporting) -> str:
    """The page in Markdown with tables; whatever the contract writes is shown as text, never carried out."""
    shown = page(exporting)
    lines = [f"# {_escaped(shown.title)}", "", " · ".join(f"{key} **{_escaped(one)}**" for key, one in shown.facts)]
    for section in shown.sections:
        lines += ["", f"## {section.title}", ""]
        lines += [part for text in section.texts for part in (_paragraph(text), "")]
        if section.rows:
            lines += [_row(section.header), _row(tuple("---" for _ in section.header))]
            lines += [_row(tuple(map(_escaped, row))) for row in section.rows]
    return "\n".join(lines).rstrip() + "\n"


def _row(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """The text on one line, in which no sign means anything."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def _paragraph(text: str) -> str:
    return _LINE.sub(_at_start, "\n".join(_escaped(line) for line in text.splitlines()))


def _at_start(found: re.Match[str]) -> str:
    """What would make a list or a heading of a line, as text: `1.` has its escape before the point."""
    blank, mark = found.groups()
    return f"{blank}{mark[:-1]}\\{mark[-1]}"
