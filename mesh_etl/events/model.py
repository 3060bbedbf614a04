"""The events and what each says: names, numbers and places, never a value of the data.

Anybody on the bus can read them. `version` is that of the form: a consumer may rely on every field of it, a later
version of the form has a number of its own. `id` is the same whenever the same thing is told again.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

Product = Annotated[str, Field(description="The product, as domain.name.")]
Seq = Annotated[int, Field(ge=1, description="The version of the product's table, as its ledger counts.")]
Moment = Annotated[str, Field(description="When it happened, in UTC, as ISO 8601.")]


class Part(BaseModel):
    """A part of an event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Part):
    """What all events say."""

    version: Literal["1"] = Field(default="1", description="The version of this form.")
    mesh: str = Field(description="The name of the mesh.")
    product: Product
    at: Moment

    @computed_field(description="The event's identity: who has seen it before may pass it over.")  # type: ignore[prop-decorator]
    @property
    def id(self) -> str:
        """A hash of what makes the event this one."""
        told = "\n".join((type(self).__name__, self.mesh, self.product, *self._identity()))
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def _identity(self) -> tuple[str, ...]:
        raise NotImplementedError


class Contract(Part):
    """A version of a contract."""

    id: str = Field(description="The contract's id.")
    version: str = Field(description="The contract's version.")
    sha256: str = Field(description="The hash of the contract, as the ledger has it.")


class Quality(Part):
    """What the checks of a version came to."""

    verdict: Literal["passed", "warned", "failed"] = Field(description="The verdict on the version as a whole.")
    rules: int = Field(ge=0, description="How many rules the contract has.")
    failed: int = Field(ge=0, description="How many of them were not met.")
    not_executed: int = Field(ge=0, description="How many of them were not executed.")
    quarantined: int = Field(ge=0, description="How many rows were refused.")


class Rule(Part):
    """A rule that was not met."""

    name: str = Field(description="The rule's name.")
    rows: int = Field(ge=0, description="How many rows break it, where it is about rows.")


class ContractPart(Part):
    """A part of a contract that changed."""

    kind: Literal["breaking", "additive", "cosmetic"] = Field(description="What it means to those who rely on it.")
    path: str = Field(description="Which part.")


class Entry(Part):
    """The entry of a product in a catalogue."""

    account: str = Field(description="The account that has the catalogue.")
    database: str = Field(description="The database.")
    table: str = Field(description="The table.")


class DataProductPublished(Event):
    """A version of a product can be read: by the ledger, and by the catalogue's entry, which says the same."""

    seq: Seq
    operation: str = Field(description="What made the version: append, replace, merge, delete, rollback and so on.")
    owner: str = Field(description="Who answers for the product.")
    contract: Contract
    rows: int = Field(ge=0, description="How many good rows came in by this version.")
    quality: Quality
    entry: Entry = Field(description="Where consumers find the product.")

    def _identity(self) -> tuple[str, ...]:
        return (str(self.seq), self.at)


class ContractChanged(Event):
    """From a version of the table on, another version of the contract holds."""

    seq: Seq
    before: Contract
    after: Contract
    changes: tuple[ContractPart, ...] = Field(description="What is not as it was.")

    def _identity(self) -> tuple[str, ...]:
        return (str(self.seq), self.at)


# Codes of an audit that are about the data; the others are about the run.
OF_QUALITY = frozenset({"RULE_FAILED", "RULE_NOT_EXECUTED", "TOO_MANY_REJECTED"})


class QualityFailed(Event):
    """A run was refused because its data do not keep the contract; the product stands as it was."""

    run: str = Field(description="The identity of the work: the same job, contract and inputs.")
    contract: Contract
    codes: tuple[str, ...] = Field(description="The codes of the reasons.")
    rules: tuple[Rule, ...] = Field(description="The rules that were not met.")

    def _identity(self) -> tuple[str, ...]:
        return (self.run,)


class DataProductLate(Event):
    """A product has no version that is as new as its job asks for; it is told again until there is one."""

    seq: Seq
    published: str = Field(description="When that version was published, in UTC, as ISO 8601.")
    late_after: str = Field(description="How long after a version the next one is expected, as in 6h.")

    def _identity(self) -> tuple[str, ...]:
        return (str(self.seq), self.published)


class _Access(Event):
    principal: str = Field(description="Who: the ARN of a role, or an account.")
    access: str = Field(description="Which access: the role of the contract, or the rights.")
    by: str = Field(description="Who decided it, or the policy that did.")
    request: str = Field(default="", description="The request by which it was asked for, if it was.")

    def _identity(self) -> tuple[str, ...]:
        return (self.principal, self.access, self.request, self.at)


class AccessGranted(_Access):
    """Somebody may use a product from now on."""

    until: str | None = Field(default=None, description="The last day on which it holds; null: no end.")


class AccessRevoked(_Access):
    """Somebody may not use a product any more, or not in this way."""


AnyEvent = DataProductPublished | DataProductLate | ContractChanged | QualityFailed | AccessGranted | AccessRevoked
EVENTS: dict[str, type[AnyEvent]] = {
    one.__name__: one
    for one in (DataProductPublished, DataProductLate, ContractChanged, QualityFailed, AccessGranted, AccessRevoked)
}
