"""Rights that Lake Formation gives to whoever makes a database or a table, and that a plan takes back again.

They come with the making and are in no first plan: the next reading finds them.
Source: https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html
"""

from __future__ import annotations

from collections.abc import Iterable

from mesh_etl.govern.difference.change import Change


def comes_with_rights(change: Change) -> bool:
    """Whether something is made whose maker is given rights on it."""
    return change.part in ("databases", "tables") and change.kind == "added"


def of_makers(changes: Iterable[Change], made: Iterable[Change]) -> tuple[Change, ...]:
    """Those of the changes that take rights on what `made` has brought: its maker has them by itself."""
    new = {one.key for one in made if comes_with_rights(one)}
    return tuple(one for one in changes if one.part == "grants" and one.kind == "removed" and one.key.resource in new)
