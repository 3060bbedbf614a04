"""One difference between two versions of a contract: whom it concerns, and what becomes of data that is stored."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from mesh_etl.contract.table import Loc

Kind = Literal["breaking", "additive", "cosmetic"]
# Who is concerned: readers of columns, those who rely on rules, on service levels, on ways of access, and on people.
View = Literal["columns", "rules", "levels", "access", "people"]
# Stored rows keep the promise (or the run proves it over all of them); may break it; certainly do not fit it.
Stored = Literal["fits", "unproven", "unfit"]
Flag = Literal["", "rename", "announced", "early", "unannounced", "governance"]

Places = tuple[Loc, Loc]

KINDS: tuple[Kind, ...] = ("breaking", "additive", "cosmetic")
COLUMNS: Loc = ("schema", 0, "properties")

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Change:
    """One difference.

    Breaking: whoever relies on what the old contract says can be hurt. Additive: they stay right, and there is more to
    rely on. Cosmetic: only words change. `at` leads to it in the old file and in the new one; a file that lacks it is
    answered with the nearest line that it has.
    """

    kind: Kind
    path: str
    text: str
    view: View = "columns"
    stored: Stored = "fits"
    flag: Flag = ""
    at: Places = field(default=((), ()), compare=False)


def common(before: Iterable[K], after: Iterable[K]) -> tuple[list[K], list[K], list[K]]:
    """The keys that are gone, that stay and that are new, in the order of their file."""
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    return [key for key in old if key not in new], [key for key in old if key in new], [k for k in new if k not in old]


def worst(changes: Iterable[Change]) -> Kind | None:
    """The gravest kind among the changes; None where there is none."""
    found = {change.kind for change in changes}
    return next((kind for kind in KINDS if kind in found), None)
