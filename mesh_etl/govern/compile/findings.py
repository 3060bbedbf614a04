"""What is found while governance is compiled: faults, which keep it from being applied, and warnings."""

from __future__ import annotations

from dataclasses import dataclass, field

from mesh_etl.errors import Fault


@dataclass
class Findings:
    """Faults and warnings, in the order in which they were found."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault(self, code: str, problem: str, where: str, fix: str = "") -> None:
        """One more fault is known."""
        self.faults.append(Fault(code, problem, where, fix))

    def warn(self, code: str, problem: str, where: str, fix: str = "") -> None:
        """One more warning is known."""
        self.warnings.append(Fault(code, problem, where, fix))
