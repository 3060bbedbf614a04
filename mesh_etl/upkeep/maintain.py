"""All that a product's policy asks for to keep its table in shape, one piece after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.config.maintenance import span
from mesh_etl.errors import Fault, MeshError, PublishError, RunError
from mesh_etl.quarantine.expire import expire as expire_refused
from mesh_etl.run import engines
from mesh_etl.upkeep.compact import compact
from mesh_etl.upkeep.expire import expire
from mesh_etl.upkeep.orphans import orphans
from mesh_etl.upkeep.verify import Verified, verify

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.run.engines import Engine
    from mesh_etl.worlds import World

Outcome = Literal["done", "failed", "never"]


@dataclass(frozen=True)
class Piece:
    """One piece of maintenance: what came of it, as plain data, or the faults that kept it from being done.

    `exit_code` is that of the command which does the piece alone; `never` is what the policy says of it.
    """

    name: str
    outcome: Outcome
    facts: dict[str, Any]
    faults: tuple[Fault, ...] = ()
    exit_code: int = 0


@dataclass(frozen=True)
class Maintained:
    """What was done to a product's table."""

    product: str
    pieces: tuple[Piece, ...]

    @property
    def exit_code(self) -> int:
        """0 where every piece is done and all is well, else the code of the first that is not."""
        return next((piece.exit_code for piece in self.pieces if piece.exit_code), 0)

    @property
    def error(self) -> MeshError | None:
        """All faults of all pieces as one error, None where there are none."""
        faults = [fault for piece in self.pieces for fault in piece.faults]
        if not faults:
            return None
        return PublishError(*faults) if self.exit_code == PublishError.exit_code else RunError(*faults)

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {
            "product": self.product,
            "exit_code": self.exit_code,
            "pieces": {
                piece.name: {
                    "outcome": piece.outcome,
                    **piece.facts,
                    "faults": [
                        {"code": one.code, "where": one.where, "problem": one.problem, "fix": one.fix}
                        for one in piece.faults
                    ],
                }
                for piece in self.pieces
            },
        }


def maintain(job: LoadedJob, engine: Engine, world: World, dry_run: bool = False) -> Maintained:
    """The table is as its job's `maintenance` asks; a piece that fails keeps no other from being done.

    Beside writers this is safe: each piece commits as they do, and gives way to them. With `dry_run` nothing changes.
    """
    return Maintained(job.product, tuple(_pieces(job, engine, world, dry_run)))


def maintain_product(product: str, root: Path | str = ".", env: str = "local", engine: str = "embedded") -> Maintained:
    """The product's table is as its job asks. Raises `ConfigError`, and `RunError` where the engine does not open."""
    job = load(product, root, env)
    with engines.open(engine) as opened:
        return maintain(job, opened, worlds.open(job.project.env, job.project.root))


def _pieces(job: LoadedJob, engine: Engine, world: World, dry_run: bool) -> Iterator[Piece]:
    """First what makes files superfluous, then what removes them, and last the look at what is left."""
    policy = job.job.maintenance
    repair = policy.verify.catalogue == "repair" and not dry_run
    pieces: dict[str, tuple[str, Callable[[], Any]]] = {
        "compact": (policy.compact.when, lambda: compact(job, engine, world, dry_run=dry_run)),
        "expire": (
            policy.expire.when,
            lambda: expire(job, world, span(policy.expire.older_than), policy.expire.keep_last, dry_run),
        ),
        "orphans": (policy.orphans.when, lambda: orphans(job, world, span(policy.orphans.older_than), dry_run)),
        "quarantine": (policy.quarantine.when, lambda: expire_refused(job, world, dry_run=dry_run)),
        "verify": (policy.verify.when, lambda: verify(job, world, repair, policy.verify.checksums)),
    }
    for name, (when, work) in pieces.items():
        yield Piece(name, "never", {}) if when == "never" else _done(name, work)


def _done(name: str, work: Callable[[], Any]) -> Piece:
    try:
        found = work()
    except MeshError as error:
        return Piece(name, "failed", {}, error.faults, error.exit_code)
    if isinstance(found, Verified):
        return Piece(name, "done", found.to_json(), (*found.damage, *found.behind), found.exit_code)
    return Piece(name, "done", found.to_json())
