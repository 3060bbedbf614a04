"""A file of the project and what was last seen in it, so that nobody's changes are replaced unnoticed."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mesh_etl.config.yaml import text as read
from mesh_etl.errors import ConfigError, Fault, RunError


@dataclass
class Kept:
    """A file of the project; `seen` is the text that it had when it was read or written here, None for no file."""

    path: Path
    name: str
    seen: str | None = None

    @classmethod
    def at(cls, root: Path, name: Path) -> Kept:
        """The file below the project's root as it is now. Raises `ConfigError` for one that cannot be read."""
        found = cls(root / name, name.as_posix())
        found.seen = found.now()
        return found

    def now(self) -> str | None:
        """The text of the file, None where there is none."""
        return read(self.path, self.name)[0] if self.path.exists() else None

    def diff(self, text: str) -> list[str]:
        """The lines in which the text differs from the file, with three lines around."""
        before = (self.now() or "").splitlines()
        found = difflib.unified_diff(before, text.splitlines(), self.name, f"{self.name} (yours)", lineterm="")
        return list(found)

    def write(self, text: str) -> None:
        """The file holds the text, whole or not at all.

        Raises `ConfigError` FILE_CHANGED where somebody has changed it since it was seen, and `RunError`.
        """
        if self.now() not in (self.seen, text, None):  # a file that is gone holds nobody's changes
            fix = "look at diff(), open the product again, and repeat your steps"
            raise ConfigError(Fault("FILE_CHANGED", "the file was changed since you opened it", self.name, fix))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, made = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            os.chmod(made, self.path.stat().st_mode & 0o777 if self.path.exists() else 0o644)
            os.replace(made, self.path)
        except OSError as error:
            problem = f"it cannot be written: {error.strerror or type(error).__name__}"
            raise RunError(Fault("WRITE_FAILED", problem, self.name, "check the folder's rights")) from error
        self.seen = text


def told(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The lines of a difference with their styles."""
    for line in lines:
        yield line, "bold" if line.startswith(("---", "+++", "@@")) else "code"
