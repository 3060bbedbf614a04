"""What is done to keep a product's table in shape, when `mesh-etl maintain` comes by."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from mesh_etl.config.model import Model

_SPAN = re.compile(r"([0-9]{1,5})([dh])")
_STATED = r"^[1-9][0-9]{0,4}[dh]$"


def span(text: str) -> datetime.timedelta:
    """The time that `7d` or `12h` spells, in days or hours. Raises `ValueError` when it spells none."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError("is no time in days or hours: write it as in 7d or 12h")
    return datetime.timedelta(**{"days" if match[2] == "d" else "hours": int(match[1])})


def _is_span(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(_STATED, value):
        raise PydanticCustomError("bad_format", "is no time in days or hours", {"fix": "write it as in 7d or 12h"})
    return value


Span = Annotated[str, Field(pattern=_STATED), BeforeValidator(_is_span, json_schema_input_type=str)]


class Compaction(Model):
    """Small files become large ones."""

    when: Literal["needed", "never"] = Field(
        default="needed", description="needed: partitions with many small files are written anew; never: none is."
    )


class Expiry(Model):
    """Versions that were replaced go."""

    when: Literal["always", "never"] = Field(default="always", description="Whether old versions are removed.")
    older_than: Span = Field(
        default="7d",
        description="How long a version stays after it was replaced, as in 7d or 12h: at least as long as the longest "
        "query takes, and as readers and catalogues cache.",
    )
    keep_last: int = Field(
        default=1, ge=1, description="How many states of the table stay whatever their age; the newest is one of them."
    )


class OrphanRemoval(Model):
    """Files go that dead runs have left."""

    when: Literal["always", "never"] = Field(default="always", description="Whether such files are removed.")
    older_than: Span = Field(
        default="1d",
        description="How long nothing was written by a run that is taken for dead: longer than a run may pause.",
    )


class QuarantineExpiry(Model):
    """Refused rows go whose time is over, as `quarantine: {keep: …}` says it."""

    when: Literal["always", "never"] = Field(default="always", description="Whether such rows are removed.")


class Verification(Model):
    """Ledger, files and catalogue are held against each other."""

    when: Literal["always", "never"] = Field(default="always", description="Whether this is done.")
    catalogue: Literal["repair", "report"] = Field(
        default="repair", description="Whether a catalogue that is not as the ledger says is rolled forward, or told."
    )
    checksums: bool = Field(default=False, description="Whether every byte is read and held against its checksum.")


class StorageTier(Model):
    """A cheaper class of storage for data files that have lain a while."""

    storage_class: Literal["INTELLIGENT_TIERING", "STANDARD_IA", "GLACIER_IR"] = Field(
        default="INTELLIGENT_TIERING",
        description="The storage class of S3. All of these answer at once: one that has to be asked to restore a file "
        "would break the queries that meet it.",
    )
    after: Span = Field(default="30d", description="How long a file lies in the class that it was written to.")


class Maintenance(Model):
    """The policy of a product; each piece is done by itself, so that the fault of one hides no other."""

    compact: Compaction = Field(default=Compaction(), description="Small files become large ones.")
    expire: Expiry = Field(default=Expiry(), description="Versions that were replaced go.")
    orphans: OrphanRemoval = Field(default=OrphanRemoval(), description="Files go that dead runs have left.")
    quarantine: QuarantineExpiry = Field(default=QuarantineExpiry(), description="Refused rows go whose time is over.")
    verify: Verification = Field(default=Verification(), description="Ledger, files and catalogue are compared.")
    tier: StorageTier | None = Field(
        default=None,
        description="When data files move to a cheaper class of S3. Default: by the contract's retention, see "
        "`mesh-etl maintain --lifecycle`.",
    )
