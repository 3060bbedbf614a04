"""Requests as the JSON objects of the governance store: one for each step, the first with what was asked."""

from __future__ import annotations

import datetime
import json
from typing import Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.requests.request import Asked, Request, Step

FORMAT = 1


def spelled(step: Step, asked: Asked | None = None) -> bytes:
    """The step as an object of the store."""
    what = {} if asked is None else {"asked": {**_fields(asked), "columns": list(asked.columns)}}
    when = {"at": step.at.isoformat(), "until": step.until.isoformat() if step.until else None}
    return json.dumps({"format": FORMAT, **_fields(step), **when, **what}, indent=1).encode()


def request(id_: str, objects: list[bytes]) -> Request:
    """The request that these objects of the store, in order, are.

    Raises `PlanError` REQUEST_DAMAGED where one is not what this library writes.
    """
    try:
        parts = [json.loads(one) for one in objects]
        if any(part["format"] != FORMAT for part in parts):
            raise ValueError("format")
        asked = parts[0]["asked"]
        return Request(id_, Asked(**{**asked, "columns": tuple(asked["columns"])}), tuple(_step(one) for one in parts))
    except (ValueError, KeyError, TypeError, IndexError):
        fix = "restore the objects of the request from the versions of the store, or write it with a matching version"
        raise PlanError(Fault("REQUEST_DAMAGED", "the request cannot be read", f"requests/{id_}", fix)) from None


def _step(part: dict[str, Any]) -> Step:
    until = part["until"]
    return Step(
        kind=part["kind"],
        by=part["by"],
        at=datetime.datetime.fromisoformat(part["at"]),
        reason=part["reason"],
        until=datetime.date.fromisoformat(until) if until else None,
        policy=part["policy"],
        mark=part["mark"],
    )


def _fields(value: Asked | Step) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
