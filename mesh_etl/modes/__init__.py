"""How a job's rows change its table."""

from __future__ import annotations

from mesh_etl.modes.append import Append
from mesh_etl.modes.base import Mode, mode
from mesh_etl.modes.replace import Replace
from mesh_etl.modes.replace_partitions import ReplacePartitions

__all__ = ["Append", "Mode", "Replace", "ReplacePartitions", "mode"]
