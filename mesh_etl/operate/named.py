"""Runs by the beginning of their ids, as people name them who will not copy seventy characters.

Glue calls a run by which it tries again as the first one, with `_attempt_1` and so on behind it: the beginning of the
first one names that alone, and that of another has its attempt behind it too, as in `jr_0123456789_attempt_1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mesh_etl.deploy import names
from mesh_etl.errors import Fault, PlanError

LOOKED_AT = 1000  # the newest runs of a job, or of a flow
WHOLE = re.compile(rf"[jw]r_[0-9a-f]{{64}}({names.ATTEMPT}[0-9]+)?")
SHORTEST = 13  # characters of a beginning that is shown
_ATTEMPT = re.compile(rf"{names.ATTEMPT}[0-9]+$")
_SHOWN = 5  # of those that are meant by a beginning that is too short


def meant(asked: str, known: Iterable[str], of: str) -> str | None:
    """The id that is asked for, whole or by its beginning; None where none of them is.

    Raises `PlanError` (RUN_AMBIGUOUS) where several are.
    """
    beginning, attempt = _parts(asked)
    every = [(one, *_parts(one)) for one in known]
    found = [one for one, base, tried in every if base.startswith(beginning) and tried == attempt]
    if asked in found or len(found) < 2:
        return asked if asked in found else next(iter(found), None)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    problem = f"several runs begin with '{asked}': {', '.join(short(found)[:_SHOWN])}{more}"
    raise PlanError(Fault("RUN_AMBIGUOUS", problem, of, "name more of the id"))


def short(full: Sequence[str]) -> list[str]:
    """The shortest beginnings that tell the runs from each other, each with its attempt; none is very short."""
    parts = [_parts(one) for one in full]
    bases = {base for base, _ in parts}
    length = SHORTEST
    while len({base[:length] for base in bases}) < len(bases):
        length += 1
    return [f"{base[:length]}{attempt}" for base, attempt in parts]


def _parts(identity: str) -> tuple[str, str]:
    """The id of the first attempt, and what names another behind it."""
    found = _ATTEMPT.search(identity)
    return (identity[: found.start()], found[0]) if found else (identity, "")
