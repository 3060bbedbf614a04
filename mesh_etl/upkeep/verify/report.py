"""What a look at a table has found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from mesh_etl.errors import Fault

DAMAGED, BEHIND = 4, 5  # exit codes, as of `RunError` and `PublishError`


@dataclass
class Verified:
    """What was looked at, and what is wrong with it.

    `damage` is what only a copy or a commit can mend: of the ledger, or of files of a version that can be read.
    `behind` is what the catalogue says otherwise than the ledger, and `repaired` is what was mended of that and of the
    checkpoints. `warnings` cost time and no rows. `unsummed` files have no checksum to compare with.
    """

    product: str
    version: int | None = None
    versions: int = 0
    files: int = 0
    bytes: int = 0
    summed: int = 0
    unsummed: int = 0
    damage: list[Fault] = field(default_factory=list)
    behind: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 where all is well, by now; 4 where something is damaged, else 5 where the catalogue is behind."""
        return DAMAGED if self.damage else BEHIND if self.behind else 0

    def to_json(self) -> dict[str, Any]:
        """The findings as plain JSON data."""
        return {
            "product": self.product,
            "version": self.version,
            "checked": {
                "versions": self.versions,
                "files": self.files,
                "bytes": self.bytes,
                "checksums": self.summed,
                "without_checksum": self.unsummed,
            },
            "damage": [asdict(one) for one in self.damage],
            "behind": [asdict(one) for one in self.behind],
            "warnings": [asdict(one) for one in self.warnings],
            "repaired": list(self.repaired),
            "exit_code": self.exit_code,
        }
