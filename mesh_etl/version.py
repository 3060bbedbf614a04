"""The version of this library, without loading any more of it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def code_version() -> str:
    """The version of this library; `unknown` where it runs without being installed."""
    try:
        return version("mesh_etl")
    except PackageNotFoundError:
        return "unknown"
