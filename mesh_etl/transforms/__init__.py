"""The steps that a job may take from its source to its table; importing this package registers all of them."""

from __future__ import annotations

from mesh_etl.transforms import (
    aggregate,
    cast,
    dedupe,
    derive,
    filter,
    flatten,
    join,
    mask,
    python,
    rename,
    select,
    sql,
    union,
)
from mesh_etl.transforms.base import Context, Transform, transform

__all__ = [
    "Context",
    "Transform",
    "aggregate",
    "cast",
    "dedupe",
    "derive",
    "filter",
    "flatten",
    "join",
    "mask",
    "python",
    "rename",
    "select",
    "sql",
    "transform",
    "union",
]
