"""Calls that a file of this folder states: what must not be, and what Glue itself does."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.security.deployed.calls import Call


def stated(name: str) -> dict[str, Call]:
    """The calls of the file, by where they stand in it."""
    found = yaml.safe_load(Path(__file__).with_name(name).read_text())
    return {
        f"{group} {number}": Call(one["action"], one["resource"], one.get("context", {}))
        for group, calls in found.items()
        for number, one in enumerate(calls, start=1)
    }


DENIED = stated("denied.yaml")
UNRECORDED = stated("unrecorded.yaml")
