"""python toy.py FOLDER WAY: the campaign over work on two files, which is not atomic, or forgets, or is sound."""

from __future__ import annotations

import sys
from pathlib import Path

from mesh_etl.crashtest.campaign import Scenario, campaign
from mesh_etl.crashtest.storage import WatchedStorage
from mesh_etl.crashtest.watch import Watch
from mesh_etl.errors import MeshError
from mesh_etl.storage import LOCAL_STORAGE


def main(folder, kind):
    def prepare(root):
        root.mkdir(parents=True)

    def write(storage, root):
        if kind == "not atomic":
            storage.create(str(root / "one"), b"1")
            storage.create(str(root / "two"), b"2")
        elif kind == "adds":
            storage.create(str(root / f"file-{len(list(root.iterdir()))}"), b"1")
        else:
            storage.create(str(root / "one"), b"1")

    def act(root, strike):
        watch = Watch(strike)
        ended = "ok"
        try:
            write(WatchedStorage(LOCAL_STORAGE, watch), root)
        except MeshError as error:
            ended = error.code
        except Exception:
            ended = "ok" if kind == "hides" else "LOST"
        if kind == "hides" and ended != "ok":
            ended = "ok"
        return {"calls": [(call.name, call.ways) for call in watch.calls], "ended": ended}

    def look(root):
        return {"version": 0, "files": sorted(path.name for path in root.iterdir())}

    work = Scenario(kind, prepare, act, lambda root: write(LOCAL_STORAGE, root), look, lambda root: [])
    for failure in campaign(work, Path(folder)).failures:
        print(failure)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
