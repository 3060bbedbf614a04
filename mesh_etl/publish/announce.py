"""The events of what a table's ledger has committed and nobody has been told of yet."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_etl.contract.diff import diff
from mesh_etl.events import ContractChanged, DataProductPublished, QualityFailed, emit
from mesh_etl.events.model import OF_QUALITY, AnyEvent, Contract, ContractPart, Quality, Rule
from mesh_etl.events.model import Entry as Place
from mesh_etl.govern.names import central
from mesh_etl.publish.desired import NOT_MET, quality_of

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.errors import Fault
    from mesh_etl.plan import Plan
    from mesh_etl.run.verify import AuditFailed
    from mesh_etl.tables.entry import ContractRef, Entry
    from mesh_etl.tables.ledger import Ledger, Snapshot
    from mesh_etl.worlds import World


@dataclass
class Announcer:
    """Tells of the versions up to a snapshot; `faults` is why it could not, which stops nothing."""

    job: LoadedJob
    ledger: Ledger
    snapshot: Snapshot
    world: World
    faults: list[Fault] = field(default_factory=list)

    def __call__(self, after: int) -> bool:
        """Events have told of every version after this one; of the newest alone where none was told of before."""
        entries = list(self.ledger.entries(after - 1)) if after else [self.snapshot.data]
        last = entries.pop(0) if entries and entries[0].seq == after else None
        events = list(self._events(last, [one for one in entries if one.seq <= self.snapshot.seq]))
        faults = emit(self.world, self.job.project, events, self.job.identity)
        self.faults = faults  # those of an earlier round are over, or are told again
        return not faults

    def _events(self, last: Entry | None, entries: list[Entry]) -> Iterator[AnyEvent]:
        for entry in entries:
            if not entry.is_upkeep:
                if last is not None and last.contract.sha256 != entry.contract.sha256:
                    yield self._changed(last, entry)
                yield self._published(entry)
                last = entry

    def _published(self, entry: Entry) -> DataProductPublished:
        statuses = [rule.status for rule in entry.rules]
        mesh = self.job.project.mesh
        return DataProductPublished(
            mesh=mesh.name,
            product=self.job.product,
            at=entry.committed_at,
            seq=entry.seq,
            operation=entry.operation,
            owner=mesh.domains[self.job.domain].owner,
            contract=_contract(entry.contract),
            rows=entry.counts.good,
            quality=Quality(
                verdict=quality_of(statuses),
                rules=len(statuses),
                failed=sum(one in NOT_MET for one in statuses),
                not_executed=statuses.count("not executed"),
                quarantined=entry.counts.quarantined,
            ),
            entry=self._place(),
        )

    def _changed(self, last: Entry, entry: Entry) -> ContractChanged:
        changes = diff(self.ledger.contract(last), self.ledger.contract(entry))
        return ContractChanged(
            mesh=self.job.project.mesh.name,
            product=self.job.product,
            at=entry.committed_at,
            seq=entry.seq,
            before=_contract(last.contract),
            after=_contract(entry.contract),
            changes=tuple(ContractPart(kind=one.kind, path=one.path) for one in changes),
        )

    def _place(self) -> Place:
        if self.job.project.mesh.governance is None:
            account = self.job.identity.account if self.job.identity else ""
            return Place(account=account, database=self.job.domain, table=self.job.name)
        found = central(self.job.project.mesh, self.job.product)
        return Place(account=found.catalog, database=found.database, table=found.name)


def announce_failure(plan: Plan, error: AuditFailed, world: World) -> list[Fault]:
    """An event has told that the data of a run do not keep the contract, if that is so; returns why it could not."""
    codes = [code for code in dict.fromkeys(fault.code for fault in error.faults) if code in OF_QUALITY]
    if not codes:
        return []
    broken = [one for one in error.verdicts if one.status in ("failed", "rejected rows")]
    told = QualityFailed(
        mesh=plan.job.project.mesh.name,
        product=plan.product,
        at=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        run=plan.idem_key,
        contract=Contract(id=plan.contract.id, version=plan.contract.version, sha256=plan.contract.sha256),
        codes=tuple(codes),
        rules=tuple(Rule(name=one.rule, rows=one.rows) for one in broken),
    )
    return emit(world, plan.job.project, [told], plan.job.identity)


def _contract(kept: ContractRef) -> Contract:
    return Contract(id=kept.id, version=kept.version, sha256=kept.sha256)
