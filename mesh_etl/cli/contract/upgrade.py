"""`mesh-etl contract upgrade`: contract files in the spelling of the newest version of the standard."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from mesh_etl.cli.options import Json, NoColor

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Contract files.", exists=True, dir_okay=False)]
Write = Annotated[bool, typer.Option("--write", help="Write the files; without it the difference is shown.")]


def upgrade(files: Files, write: Write = False, as_json: Json = False, no_color: NoColor = False) -> None:
    """Bring contract files to the newest standard.

    Comments and layout stay."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.failures import plain
    from mesh_etl.contract.upgrade import left, upgraded

    before = {file: _text(file) for file in files}
    after = {file: upgraded(text, str(file)) for file, text in before.items()}
    remaining = {file: left(after[file], str(file)) for file in after}
    changed = [file for file in after if after[file] != before[file]]
    if write:
        for file in changed:
            _replace(file, after[file])
    if as_json:
        told = [
            {
                "file": str(file),
                "changed": file in changed,
                "diff": _diff(file, before[file], after[file]),
                "left": plain(remaining[file]),
            }
            for file in after
        ]
        screen.document({"written": write, "files": told})
        return
    page = screen.Page()
    for file in after:
        if not write and file in changed:
            print(*_diff(file, before[file], after[file]), sep="\n")
        page.line(f"{file}: {_state(file in changed, write)}")
        screen.errors(remaining[file], "warning")


def _text(file: Path) -> str:
    """The file's text with its line ends and byte order mark. Raises `ConfigError` as reading any file does."""
    from mesh_etl.config.yaml import read

    read(file, str(file))
    return file.read_bytes().decode()


def _diff(file: Path, before: str, after: str) -> list[str]:
    from difflib import unified_diff

    return list(unified_diff(before.splitlines(), after.splitlines(), str(file), str(file), lineterm=""))


def _replace(file: Path, text: str) -> None:
    """The file holds the text, all of it or none. Raises `RunError`."""
    from mesh_etl.errors import Fault, RunError

    target = file.resolve()
    new = target.with_name(f".{target.name}.new")
    try:
        new.write_bytes(text.encode())
        shutil.copymode(target, new)
        new.replace(target)
    except OSError as error:
        with suppress(OSError):  # where nothing can be written, nothing can be removed either
            new.unlink(missing_ok=True)
        problem = f"it cannot be written: {error.strerror or type(error).__name__}"
        raise RunError(Fault("WRITE_FAILED", problem, str(file), "check the folder's rights")) from error


def _state(changed: bool, write: bool) -> str:
    if not changed:
        return "nothing to upgrade"
    return "upgraded" if write else "would be upgraded; --write does it"
