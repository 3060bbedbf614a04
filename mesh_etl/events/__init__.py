"""What the mesh tells of itself: products published, contracts changed, access given and taken, quality failed."""

from __future__ import annotations

from mesh_etl.events.emit import emit
from mesh_etl.events.log import followed, logged
from mesh_etl.events.model import (
    EVENTS,
    AccessGranted,
    AccessRevoked,
    AnyEvent,
    ContractChanged,
    DataProductLate,
    DataProductPublished,
    QualityFailed,
)

__all__ = [
    "EVENTS",
    "AccessGranted",
    "AccessRevoked",
    "AnyEvent",
    "ContractChanged",
    "DataProductLate",
    "DataProductPublished",
    "QualityFailed",
    "emit",
    "followed",
    "logged",
]
