"""Bars of percent as a drawing of our own, readable on light and dark pages, and the same in plain text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mesh_etl.notebook.page import BROKEN, GOOD

_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW = 560, 140, 44, 10, 22
_BLOCKS = 24


@dataclass(frozen=True)
class Bar:
    """A share in percent under its label; `note` is told when one points at it."""

    label: str
    percent: float
    note: str


def drawn(found: Sequence[Bar], title: str) -> str:
    """The bars as an SVG whose text has the page's own colour."""
    top = _scale(found)
    step = (_WIDTH - _LEFT) / len(found)
    every = math.ceil(len(found) / 12)  # labels beyond these would lie on each other
    floor = _HEIGHT - _BELOW
    parts = [_axis(value, floor, top) for value in (0.0, top / 2, top)]
    for index, one in enumerate(found):
        height = (floor - _TOP) * one.percent / top
        x, wide = _LEFT + index * step + step * 0.15, min(step * 0.7, 40)
        colour, tall = (BROKEN, max(height, 1.5)) if one.percent else (GOOD, 1.5)
        parts.append(
            f'<rect x="{x:.1f}" y="{floor - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{colour}">'
            f"<title>{escape(one.label)}: {one.percent:.3g} %, {escape(one.note)}</title></rect>"
        )
        if index % every == 0:
            parts.append(
                f'<text x="{x + wide / 2:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(one.label)}</text>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" style="max-width:100%;height:auto" '
        f'font-size="11" font-family="sans-serif" fill="currentColor"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def bars(found: Sequence[Bar]) -> str:
    """The bars as lines of text."""
    top, width = _scale(found), max(len(one.label) for one in found)
    return "\n".join(
        f"  {one.label:>{width}}  {'█' * math.ceil(_BLOCKS * one.percent / top):{_BLOCKS}}  {one.percent:.3g} %"
        for one in found
    )


def _axis(value: float, floor: int, top: float) -> str:
    y = floor - (floor - _TOP) * value / top
    return (
        f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}" stroke="currentColor" stroke-opacity=".2"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g} %</text>'
    )


def _scale(found: Sequence[Bar]) -> float:
    """The end of the axis: a round number of percent that no bar reaches beyond."""
    most = max(one.percent for one in found)
    if most <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(most))
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= most)
