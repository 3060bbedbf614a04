"""What a translation does not say, as lines on stderr, so that stdout is the text alone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from mesh_etl.cli.screen import console
from mesh_etl.cli.wording import count

if TYPE_CHECKING:
    from mesh_etl.exchange.facts import Unsaid


def told(first: Iterable[str], target: str, source: str, facts: int, unsaid: tuple[Unsaid, ...]) -> None:
    """The lines of `first`, then all that `target` does not say of `source`, by reason, each with its place.

    Nothing is said of a source that states no facts, such as files, whose rows only show what was.
    """
    page = console(stderr=True)
    for line in first:
        page.print(line, soft_wrap=True)
    if not facts:
        return
    if not unsaid:
        page.print(f"{target} says all {count(facts, 'fact')} of {source}", soft_wrap=True)
        return
    page.print(f"{target} does not say {count(len(unsaid), 'part')} of {source}:", soft_wrap=True)
    for why, parts in groupby(sorted(unsaid, key=lambda one: one.why), key=lambda one: one.why):
        page.print(f"  {why}:", soft_wrap=True)
        for one in parts:
            page.print(f"    {one.where}: {one.what}", soft_wrap=True)
