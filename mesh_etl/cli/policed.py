"""The policies of the mesh, asked about the products that a command looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, LoadedView, Project
    from mesh_etl.contract.load import Contract
    from mesh_etl.policies import Verdict


@dataclass
class Policed:
    """The verdicts on all products, what breaks a policy, and what is only told."""

    verdicts: list[Verdict] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def policed(
    project: Project, valid: Mapping[str, LoadedJob | LoadedView], contracts: Mapping[str, Contract]
) -> Policed:
    """What the policies say of the products, and which exemptions are for nothing. A product is judged once."""
    from mesh_etl.policies import judge, today, unused

    found, used = Policed(), set[int]()
    for product, job in valid.items():
        try:
            judgement = judge(job, contracts[product], today())
        except ConfigError as error:
            found.faults += error.faults
            continue
        found.verdicts += judgement.verdicts
        found.faults += judgement.faults
        found.warnings += judgement.warnings
        used |= judgement.used
    found.warnings += unused(project, valid, frozenset(used))
    return found
