"""The plan of one run: what will be read, done, written and registered. A frozen value that can be printed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from mesh_etl.checks import Checks
from mesh_etl.config import LoadedJob
from mesh_etl.contract.diff import Change
from mesh_etl.contract.evolve import Evolved
from mesh_etl.contract.load import Contract
from mesh_etl.contract.types import Schema
from mesh_etl.errors import Fault
from mesh_etl.kernels.work import WorkItem
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.kernels.write.supply import Supplied
from mesh_etl.modes import Mode
from mesh_etl.plan.changes import Acknowledged
from mesh_etl.plan.references import Referred
from mesh_etl.sources import Opened
from mesh_etl.tables.entry import Entry
from mesh_etl.tables.ledger import Ledger, Snapshot
from mesh_etl.transforms.base import Transform

Work = Literal["run", "done", "nothing new"]


@dataclass(frozen=True)
class Plan:
    """What a run will do.

    `work` is "done" when the ledger holds this very work (same job, contract and inputs), and "nothing new" when an
    incremental job finds no input that it has not read; then there is nothing to do but to see to the catalogue.
    """

    job: LoadedJob
    contract: Contract
    checks: Checks
    mode: Mode
    inputs: Mapping[str, Opened]
    items: tuple[WorkItem, ...]
    steps: tuple[Transform, ...]
    partition_by: tuple[PartitionKey, ...]
    ledger: Ledger
    head: Snapshot | None
    idem_key: str
    work: Work
    done: Entry | None
    moment: datetime.datetime  # that of the run, in UTC
    changes: tuple[Change, ...]
    referred: Mapping[str, Referred] = field(default_factory=dict)  # the tables of foreign keys, by product
    acknowledged: Acknowledged | None = None
    evolved: tuple[Evolved, ...] = ()  # what the table has, or will have, beyond the contract's file
    warnings: tuple[Fault, ...] = ()  # what is wrong and stops nothing: policies, suppressions that are over

    @property
    def product(self) -> str:
        """The product that the job makes."""
        return self.job.product

    @property
    def needs_session(self) -> bool:
        """Whether rows have to pass through an engine: otherwise kernels alone take them from file to file."""
        return bool(self.steps or self.checks.expressions)

    @cached_property
    def incoming(self) -> Schema:
        """The columns that source and transforms bring."""
        return self.mode.incoming(self.contract.schema)

    @cached_property
    def supplied(self) -> tuple[Supplied, ...]:
        """The columns that the mode fills."""
        return self.mode.supplied(self.contract.schema, self.moment)

    @cached_property
    def spilled(self) -> Schema:
        """The columns of the rows that are checked and spilled: those that come in and those that the mode fills."""
        filled = {one.name for one in self.supplied}
        come = {column.name for column in self.incoming}
        both = tuple(column for column in self.contract.schema if column.name in filled | come)
        return (*both, *(column for column in self.incoming if column not in both))

    @cached_property
    def stored(self) -> Schema:
        """The columns that the table's files hold."""
        return self.mode.stored(self.contract.schema)

    @cached_property
    def primary(self) -> frozenset[str]:
        """The inputs whose rows become rows of the table; the others are looked up in."""
        from mesh_etl.transforms.union import Union

        return frozenset({"source"}.union(*(step.reads() for step in self.steps if isinstance(step, Union))))
