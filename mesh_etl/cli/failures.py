"""What is printed when a command fails, and the exit code.

For people each fault is a line on stderr; for machines there is one JSON document on stdout.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterable
from typing import Any

from mesh_etl.cli import screen
from mesh_etl.errors import Bug, Fault, MeshError, RunError

USAGE = 2
_OF_MACHINE = {  # what the operating system refuses through no fault of ours, with the fix
    errno.ENOSPC: ("DISK_FULL", "free some space and run again"),
    errno.EDQUOT: ("DISK_FULL", "free some space and run again"),
    errno.EROFS: ("READ_ONLY", "work in a folder that can be written"),
    errno.EACCES: ("NO_ACCESS", "check the rights of the file and its folder"),
    errno.EPERM: ("NO_ACCESS", "check the rights of the file and its folder"),
    errno.EEXIST: ("WRITE_FAILED", "move away what is there"),
    errno.ENOTDIR: ("WRITE_FAILED", "move away what is there, for it is no folder"),
    errno.EISDIR: ("WRITE_FAILED", "move away what is there, for it is a folder"),
}


class Interrupted(MeshError):
    """Ctrl-C. A commit may have just happened, so nothing is claimed about it."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__(
            Fault("INTERRUPTED", "interrupted", fix="run again: the ledger decides what holds"), retryable=True
        )


def known(error: MeshError, machine: bool) -> int:
    """The error is told; returns the exit code of its kind."""
    return _tell(error.exit_code, error.faults, machine, error.retryable)


def usage(error: Any, machine: bool) -> int:
    """What is wrong with the words of the command line is told; `error` is click's."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and not machine:  # a group without a command: its help is the text
        print(error.format_message(), file=sys.stderr)
        return USAGE
    fix = f"see {context.command_path} --help" if context else "see mesh-etl --help"
    return _tell(USAGE, (Fault("USAGE", error.format_message().rstrip("."), fix=fix),), machine)


def of_machine(error: Exception) -> MeshError | None:
    """The error with a code, where a file or folder of this machine could not be written; None for anything else."""
    if not isinstance(error, OSError) or error.errno not in _OF_MACHINE:
        return None
    code, fix = _OF_MACHINE[error.errno]
    return RunError(Fault(code, os.strerror(error.errno), str(error.filename or ""), fix), retryable=True)


def internal(error: Exception, machine: bool) -> int:
    """A bug is told by its type and place alone, because its text could quote data; MESH_DEBUG=1 shows all of it."""
    if os.environ.get("MESH_DEBUG") == "1":
        traceback.print_exception(error)
    return known(Bug(error), machine)


def as_json(error: MeshError) -> dict[str, Any]:
    """The error as plain JSON data."""
    return _document(error.exit_code, error.faults, error.retryable)


def _tell(code: int, faults: tuple[Fault, ...], machine: bool, retryable: bool = False) -> int:
    sys.stdout.flush()
    if machine:
        screen.document({"error": _document(code, faults, retryable)})
    else:
        screen.errors(faults)
    return code


def _document(code: int, faults: tuple[Fault, ...], retryable: bool) -> dict[str, Any]:
    first = faults[0].code if faults else "UNKNOWN"
    return {"code": first, "exit_code": code, "faults": plain(faults), "retryable": retryable}


def plain(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """The faults as plain JSON data."""
    return [{"code": one.code, "where": one.where, "problem": one.problem, "fix": one.fix} for one in faults]
