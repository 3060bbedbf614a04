"""Names for versions of a table: a tagged version can be asked for by its name, and does not expire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.plan.build import ledger_of
from mesh_etl.tables.versions import is_tag, numbered
from mesh_etl.upkeep.commit import committed, following

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.tables.entry import Entry
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World


@dataclass(frozen=True)
class Tagged:
    """A tag and the version that it names, None where it names none; `commit` is None where nothing had to change."""

    product: str
    tag: str
    version: int | None
    commit: int | None

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {"product": self.product, "tag": self.tag, "version": self.version, "commit": self.commit}


def tag(job: LoadedJob, world: World, name: str, version: str = "") -> Tagged:
    """The tag names the version, given by number or by another tag; without one, the version that the table has now.

    Raises `PlanError`: BAD_TAG for a name that is none, TAG_TAKEN where it names another version, NOT_RUN_YET, and what
    `numbered` raises; `PublishError` where the commit or the catalogue fails.
    """
    if not is_tag(name):
        fix = "begin with a letter; go on with letters, digits, '.', '_' and '-', 100 at most"
        raise PlanError(Fault("BAD_TAG", "this is no name for a version", "tag", fix))
    ledger, named = ledger_of(job, job.product), 0

    def prepare(head: Snapshot) -> Entry | None:
        nonlocal named
        state = ledger.state(head.seq)
        named = named or (numbered(state, version, job.product, "--version") if version else head.data.seq)
        held = state.tags.get(name)
        if held is not None and held != named:
            fix = f"take it away first: mesh-etl tag {job.product} {name} --delete"
            raise PlanError(Fault("TAG_TAKEN", f"'{name}' names version {held}", job.product, fix))
        numbered(state, named, job.product, "--version")  # it may have expired meanwhile
        return None if held == named else following(head, "tag", tags={name: named})

    require_table(job, ledger)
    entry = committed(job, ledger, world, prepare)
    return Tagged(job.product, name, named, entry.seq if entry else None)


def untag(job: LoadedJob, world: World, name: str) -> Tagged:
    """No version has the tag. Raises `PlanError` UNKNOWN_TAG where none had it, and what `tag` raises."""
    ledger = ledger_of(job, job.product)

    def prepare(head: Snapshot) -> Entry | None:
        tags = ledger.state(head.seq).tags
        if name not in tags:
            problem = f"no version of {job.product} has the tag '{name}'"
            raise PlanError(Fault("UNKNOWN_TAG", problem, "tag", did_you_mean(name, tags)))
        return following(head, "tag", tags={name: None})

    require_table(job, ledger)
    entry = committed(job, ledger, world, prepare)
    return Tagged(job.product, name, None, entry.seq if entry else None)


def tags(job: LoadedJob) -> dict[str, int]:
    """The tags of the product's table, each with its version."""
    return ledger_of(job, job.product).state().tags


def require_table(job: LoadedJob, ledger: Ledger) -> None:
    """The product has a table. Raises `PlanError` NOT_RUN_YET."""
    if not ledger.state().seq:
        fix = f"run it first: mesh-etl run {job.product}"
        raise PlanError(Fault("NOT_RUN_YET", f"{job.product} has no table yet", "ledger", fix))
