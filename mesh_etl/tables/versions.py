"""The versions of a table by number or by tag: what a reader may name, and what can still be read."""

from __future__ import annotations

import re

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.tables.table_state import TableState

TAG = r"[A-Za-z][A-Za-z0-9_.-]{0,99}"  # begins with a letter, so that no number is one


def is_tag(name: str) -> bool:
    """Whether the name can be that of a version."""
    return re.fullmatch(TAG, name) is not None


def numbered(state: TableState, name: str | int, product: str, where: str) -> int:
    """The number of the version that a number or a tag names, in the newest state of the product's table.

    Raises `PlanError`: UNKNOWN_VERSION, UNKNOWN_TAG, and VERSION_EXPIRED for one whose files may be gone.
    """
    text = str(name)
    if text.isdecimal():
        seq = int(text)
        if not 1 <= seq <= state.seq:
            problem = f"{product} has no version {seq}"
            raise PlanError(Fault("UNKNOWN_VERSION", problem, where, f"the newest is {state.seq}: mesh-etl history"))
    elif text in state.tags:
        seq = state.tags[text]
    else:
        fix = did_you_mean(text, state.tags) or f"mesh-etl tag {product} lists them"
        raise PlanError(Fault("UNKNOWN_TAG", f"no version of {product} has the tag '{text}'", where, fix))
    if seq in state.expired:
        kept = [one for one in range(1, state.seq + 1) if one not in state.expired]
        fix = f"the oldest that can be read is {kept[0]}" if kept else "none is left: publish a new one by a run"
        raise PlanError(Fault("VERSION_EXPIRED", f"version {seq} of {product} has expired", where, fix))
    return seq
