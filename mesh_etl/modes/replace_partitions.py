"""Replace the partitions for which the job made rows; leave the others."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mesh_etl.modes.base import Mode, mode


@mode
class ReplacePartitions(Mode):
    """Each partition that this run made rows for holds those and no others; other partitions stay as they were.

    mode: replace_partitions
    """

    type: Literal["replace_partitions"] = Field(
        "replace_partitions", description="Partitions that this run makes are replaced, others stay."
    )
