"""A sheet as SVG: one file without scripts, fonts or anything else from elsewhere.

Kinds differ by dash and words as well as by colour; the colours are those of Okabe and Ito, which people with any kind
of colour vision tell apart (https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

import re
from html import escape

from mesh_etl.govern.drawing.scene import Kind
from mesh_etl.govern.drawing.sheet import Arrow, Rect, Sheet, Text

FILLS = {
    "account left": ("#f4f8fb", "#0072b2"), "account middle": ("#f7f7f4", "#444444"),
    "account right": ("#fbf7f2", "#b35a00"), "database": ("#ffffff", "#666666"), "table": ("#fafafa", "#9a9a9a"),
    "view": ("#f3f7ff", "#5470b0"), "links": ("#ffffff", "#00785a"), "person": ("#ffffff", "#222222"),
    "tags": ("#fdf6fa", "#a04d7c"), "open": ("#fff0e8", "#c04000"),
}  # fmt: skip
ARROWS = {
    "grant": ("#0072b2", ""),
    "filter": ("#b35a00", "7 3"),
    "tag": ("#a04d7c", "2 3"),
    "link": ("#00785a", "10 4 2 4"),
}
LEGEND: dict[Kind, str] = {
    "grant": "granted by name",
    "filter": "granted through a filter",
    "tag": "granted by tags",
    "link": "resource link",
}
STYLES = {
    "account": "font-size:15px;font-weight:600", "title": "font-size:13px;font-weight:600", "strong": "font-weight:600",
    "plain": "", "dim": "fill:#555555", "warning": "fill:#a03000",
    "heading": "font-size:18px;font-weight:600",
}  # fmt: skip
SHADES = ((86, 180, 233), (240, 228, 66), (213, 94, 0))  # of a tag's values: open, between, strict
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(sheet: Sheet, title: str, description: str) -> str:
    """The sheet as an SVG document, with a title and a description for those who do not see it."""
    width, height = round(sheet.width), round(sheet.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" '
        f'style="max-width:{width}px;height:auto" role="img" aria-labelledby="drawing-title drawing-description" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#1a1a1a">',
        f'<title id="drawing-title">{_text(title)}</title>',
        f'<desc id="drawing-description">{_text(description)}</desc>',
        f"<defs>{''.join(_head(kind, colour) for kind, (colour, _) in ARROWS.items())}</defs>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *map(_rect, sheet.rects),
        *map(_arrow, sheet.arrows),
        *map(_line, sheet.texts),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head(kind: str, colour: str) -> str:
    return (
        f'<marker id="head-{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
    )


def _rect(one: Rect) -> str:
    fill, stroke = FILLS[one.kind]
    size = f'x="{one.x:g}" y="{one.y:g}" width="{one.width:g}" height="{one.height:g}"'
    return f'<rect {size} rx="6" fill="{fill}" stroke="{stroke}"/>'


def _arrow(one: Arrow) -> str:
    colour, dash = ARROWS[one.kind]
    (x, y), (to_x, to_y) = one.start, one.end
    bend = (to_x - x) / 2
    way = f"M{x:g} {y:g} C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="1.4"{dashed} marker-end="url(#head-{one.kind})"/>'
    )


def _line(one: Text) -> str:
    tip = f"<title>{_text(one.tip)}</title>" if one.tip else ""
    style = f' style="{STYLES[one.style]}"' if STYLES[one.style] else ""
    said = f'<text x="{one.x:g}" y="{one.y:g}"{style}>{_text(one.words)}{tip}</text>'
    if one.guard is None:
        return said
    lower, part = divmod(one.guard * 2, 1) if one.guard < 1 else (1, 1.0)
    shades = zip(SHADES[int(lower)], SHADES[int(lower) + 1], strict=True)
    mixed = "".join(f"{round(a + (b - a) * part):02x}" for a, b in shades)
    return f'<rect x="{one.x - 14:g}" y="{one.y - 9:g}" width="9" height="9" fill="#{mixed}" stroke="#333333"/>{said}'


def _text(words: str) -> str:
    return escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", words))
