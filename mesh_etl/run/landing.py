"""Remote sources are brought into files of the run's own before anything is parsed.

From then on a database or a paged service is like any other input: its content is fixed, so a task that is repeated
reads the same, rejected records are found again, and what was read can be told by a digest.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mesh_etl.plan.build import identity, items_of
from mesh_etl.sources.base import Fetch, Opened
from mesh_etl.stores import InputFile, LandedStore, Store

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.engines import Engine
    from mesh_etl.run.progress import Progress
    from mesh_etl.storage import Scratch


def landed(plan: Plan, engine: Engine, secret: Callable[[str], str], scratch: Scratch, progress: Progress) -> Plan:
    """The plan with the content of its remote sources in files of `scratch`; the same plan when it has none.

    Its work is "done" when an earlier commit was made of the very same content. Raises `RunError`.
    """
    remote = {name: opened for name, opened in plan.inputs.items() if opened.fetches}
    if not remote:
        return plan
    progress.phase("fetch", sum(len(opened.fetches) for opened in remote.values()))
    inputs = dict(plan.inputs)
    for name, opened in remote.items():
        files = _fetched(opened, engine, secret, scratch, progress)
        inputs[name] = replace(opened, files=tuple(files), fetches=())
    key = identity(plan.job, plan.contract, inputs, plan.mode.occasion(plan.moment))
    done = plan.mode.done(plan.ledger.asked(plan.ledger.state(), key), key)
    return replace(plan, inputs=inputs, items=items_of(inputs), idem_key=key, done=done, work="done" if done else "run")


def _fetched(
    opened: Opened, engine: Engine, secret: Callable[[str], str], scratch: Scratch, progress: Progress
) -> list[InputFile]:
    secrets = {name: secret(name) for name in opened.secrets}
    work = partial(land, scratch, secrets)
    answers = engine.map(work, opened.fetches, lambda _: progress.advance())
    return [
        InputFile(one["path"], one["size"], one["version"], _store(one["file"], scratch))
        for answer in answers
        for one in answer["files"]
    ]


def land(scratch: Scratch, secrets: Mapping[str, str], fetch: Fetch) -> dict[str, Any]:
    """The piece is in files of the run's; returns what is known of each."""
    files = []
    with scratch.here() as folder:
        for one in fetch.land(folder, secrets):
            if not isinstance(one.store, LandedStore):
                raise TypeError(f"{type(fetch).__name__} has landed a file outside the run's folder")
            path = scratch.path("landed")
            with scratch.writing(path) as local:
                shutil.move(one.store.path, local)
            files.append({"path": one.path, "size": one.size, "version": one.version, "file": path})
    return {"files": files}


def shared(plan: Plan, scratch: Scratch) -> Plan:
    """The plan, whose landed inputs are files of this machine, with these where all workers reach them."""
    if scratch.is_local:
        return plan
    inputs = {
        name: replace(opened, files=tuple(_shared(file, scratch) for file in opened.files))
        for name, opened in plan.inputs.items()
    }
    return replace(plan, inputs=inputs, items=items_of(inputs))


def _shared(file: InputFile, scratch: Scratch) -> InputFile:
    if not isinstance(file.store, LandedStore):
        return file
    path = scratch.path("landed")
    with scratch.writing(path) as local:
        shutil.copyfile(file.store.path, local)
    return replace(file, store=_store(path, scratch))


def _store(path: str, scratch: Scratch) -> Store:
    return LandedStore(path) if scratch.is_local else scratch.storage.file(path, 0).store
