"""Where requests are kept: `requests/<id>/<step>.json` in the governance store, each created once and never changed."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.govern.requests.request import Asked, Request, Step
from mesh_etl.govern.requests.wire import request, spelled
from mesh_etl.storage import OutcomeUnknown, Storage, each

_ID_BYTES = 5  # 40 bits: nobody guesses one, and it can be typed
_ATTEMPTS = 5
_ID = re.compile(r"[0-9a-f]{10}")


@dataclass(frozen=True)
class Requests:
    """The requests of a mesh below a folder or an s3:// address."""

    root: str
    storage: Storage

    def add(self, asked: Asked, step: Step) -> Request:
        """A new request is kept under an id of its own. Raises `PlanError` STORE_UNKNOWN."""
        step = _marked(step)
        for _ in range(_ATTEMPTS):
            id_ = secrets.token_hex(_ID_BYTES)
            if self._create(id_, 1, spelled(step, asked)):
                return Request(id_, asked, (step,))
        raise PlanError(Fault("STORE_UNKNOWN", "no free id was found", self.root, "try again"))

    def append(self, found: Request, step: Step) -> Request:
        """The request has one more step.

        Raises `PlanError` REQUEST_DECIDED when somebody else has added one since it was read, STORE_UNKNOWN.
        """
        step = _marked(step)
        if not self._create(found.id, len(found.steps) + 1, spelled(step)):
            now = self.one(found.id)
            if now.steps[len(found.steps)].mark != step.mark:
                last = now.steps[-1]
                fix = f"look at it and decide again: mesh-etl requests show {found.id}"
                raise PlanError(Fault("REQUEST_DECIDED", f"{last.by} has {last.kind} it meanwhile", found.id, fix))
        return found.after(step)

    def one(self, id_: str) -> Request:
        """The request of this id. Raises `PlanError`: UNKNOWN_REQUEST, REQUEST_DAMAGED."""
        names = self.storage.names(self._folder(id_)) if _ID.fullmatch(id_) else []
        if not names:
            fix = did_you_mean(id_, self.ids()) or "mesh-etl requests list has them"
            raise PlanError(Fault("UNKNOWN_REQUEST", f"there is no request '{id_}'", "requests", fix))
        objects = [self.storage.read(f"{self._folder(id_)}/{name}") for name in names if name.endswith(".json")]
        return request(id_, [one or b"" for one in objects])

    def all(self) -> tuple[Request, ...]:
        """All requests, the newest first."""
        found = each(self.storage, self.one, self.ids())
        return tuple(sorted(found, key=lambda one: (one.steps[0].at, one.id), reverse=True))

    def ids(self) -> list[str]:
        """The ids of all requests."""
        return [name for name in self.storage.names(f"{self.root}/requests") if _ID.fullmatch(name)]

    def _create(self, id_: str, number: int, content: bytes) -> bool:
        for _ in range(_ATTEMPTS):
            try:
                return self.storage.create(f"{self._folder(id_)}/{number:04d}.json", content)
            except OutcomeUnknown:
                continue
        fix = "look whether it is there before you try again: mesh-etl requests"
        raise PlanError(Fault("STORE_UNKNOWN", "whether it was written is not known", self._folder(id_), fix))

    def _folder(self, id_: str) -> str:
        return f"{self.root}/requests/{id_}"


def _marked(step: Step) -> Step:
    return replace(step, mark=secrets.token_hex(8))
