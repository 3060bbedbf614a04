"""How a job's rows change its table."""

from __future__ import annotations

from mesh_etl.modes.append import Append
from mesh_etl.modes.base import Mode, mode
from mesh_etl.modes.cdc import Cdc
from mesh_etl.modes.merge import Merge
from mesh_etl.modes.replace import Replace
from mesh_etl.modes.replace_partitions import ReplacePartitions
from mesh_etl.modes.scd2 import Scd2
from mesh_etl.modes.snapshot import Snapshot

__all__ = ["Append", "Cdc", "Merge", "Mode", "Replace", "ReplacePartitions", "Scd2", "Snapshot", "mode"]
