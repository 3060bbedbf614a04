"""Remote sources are brought into files of the run's own before anything is parsed.

From then on a database or a paged service is like any other input: its content is fixed, so a task that is repeated
reads the same, rejected records are found again, and what was read can be told by a digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.plan.build import identity, items_of, standing
from mesh_etl.sources.base import Fetch, Opened
from mesh_etl.stores import InputFile, LandedStore

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.progress import Progress


def landed(plan: Plan, engine: Engine, secret: Callable[[str], str], folder: str, progress: Progress) -> Plan:
    """The plan with the content of its remote sources in files below `folder`; the same plan when it has none.

    Its work is "done" when an earlier commit was made of the very same content. Raises `RunError`.
    """
    remote = {name: opened for name, opened in plan.inputs.items() if opened.fetches}
    if not remote:
        return plan
    progress.phase("fetch", sum(len(opened.fetches) for opened in remote.values()))
    inputs = dict(plan.inputs)
    for name, opened in remote.items():
        files = _fetched(opened, engine, secret, Path(folder) / "landed" / name, progress)
        inputs[name] = replace(opened, files=tuple(files), fetches=())
    key = identity(plan.job, plan.contract, inputs)
    done = plan.mode.done(standing(list(plan.ledger.entries())), key)
    return replace(plan, inputs=inputs, items=items_of(inputs), idem_key=key, done=done, work="done" if done else "run")


def _fetched(
    opened: Opened, engine: Engine, secret: Callable[[str], str], folder: Path, progress: Progress
) -> list[InputFile]:
    secrets = {name: secret(name) for name in opened.secrets}
    folder.mkdir(parents=True)
    work = partial(land, str(folder), secrets)
    answers = engine.map(work, opened.fetches, lambda _: progress.advance())
    return [
        InputFile(one["path"], one["size"], one["version"], LandedStore(one["file"]))
        for answer in answers
        for one in answer["files"]
    ]


def land(folder: str, secrets: Mapping[str, str], fetch: Fetch) -> dict[str, Any]:
    """The piece is in files below the folder; returns what is known of each."""
    files = []
    for one in fetch.land(folder, secrets):
        if not isinstance(one.store, LandedStore):
            raise TypeError(f"{type(fetch).__name__} has landed a file outside the run's folder")
        files.append({"path": one.path, "size": one.size, "version": one.version, "file": one.store.path})
    return {"files": files}
