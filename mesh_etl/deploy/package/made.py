"""The folder in which the files of a unit are made, and what stands there of an earlier time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from mesh_etl.deploy.package.artifact import Artifact, Kind
from mesh_etl.deploy.package.kept import written

MANIFEST = "manifest.json"


class Made:
    """The artifacts of one unit in its folder, each file once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.artifacts: dict[str, Artifact] = {}

    def of(self, kind: Kind, name: str, data: bytes) -> Artifact:
        """The artifact with these bytes is in the folder."""
        if name not in self.artifacts:
            path = self.write(name, data)
            self.artifacts[name] = Artifact(kind, name, hashlib.sha256(data).hexdigest(), len(data), path)
        return self.artifacts[name]

    def write(self, name: str, data: bytes) -> Path:
        """The file has these bytes; one that has them already is left alone."""
        path = self.folder / name
        if not (path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data):
            written(path, data)
        return path

    def clear(self) -> None:
        """What the manifest that is still there names, and this call has not made, is gone."""
        try:
            told = json.loads((self.folder / MANIFEST).read_bytes())
            names = {str(one["name"]) for one in told["artifacts"]}
        except (OSError, ValueError, LookupError, TypeError):
            return  # there is none, or none of ours
        for name in names - self.artifacts.keys():
            if "/" not in name and "\\" not in name and (self.folder / name).is_file():
                (self.folder / name).unlink()
