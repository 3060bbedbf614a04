"""Files of a draft as `${raw}/…`: a folder on this machine, a bucket on AWS, and the same job in both."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mesh_etl.config import Project, placement
from mesh_etl.templates.known import RAW, Value


def below_raw(home: Path, env: str, paths: Sequence[str]) -> tuple[list[str], tuple[Value, ...]]:
    """The paths below `${raw}` where they can be, and the value that new environments get for it.

    In a project that has environments, files outside of its value `raw` stay where they are, and so do addresses.
    """
    if any("://" in path for path in paths):
        return list(paths), ()
    if not any((home / placement.ENVS).glob("*.yaml")):
        folder = _folder(paths)
        local = folder if folder in (".", "raw") else json.dumps(folder)
        return [_below(folder, path) for path in paths], (replace(RAW, local=local),)
    stated = Project.open(home, env).env.values.get(RAW.name)
    found = [_below(str(stated), path) for path in paths] if stated is not None else list(paths)
    return (found if all(path.startswith("${raw}/") for path in found) else list(paths)), ()


def _folder(paths: Sequence[str]) -> str:
    """The folder that all of them are in: `raw`, the project's own, or that of files elsewhere."""
    if all(path.startswith("raw/") for path in paths):
        return "raw"
    if not any(path.startswith("/") for path in paths):
        return "."
    steps = os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in paths]).split("/")
    whole = next((number for number, step in enumerate(steps) if set(step) & set("*?[")), len(steps))
    return "/".join(steps[:whole]) or "/"


def _below(folder: str, path: str) -> str:
    """The path as one below `${raw}`, or as it is where it lies elsewhere."""
    if folder == ".":
        return path if path.startswith("/") else f"${{raw}}/{path}"
    inside = path.removeprefix(f"{folder.rstrip('/')}/")
    return f"${{raw}}/{inside}" if inside != path else path
