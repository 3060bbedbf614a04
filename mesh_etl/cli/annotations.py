"""Faults as GitHub shows them beside the lines of a change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.errors import Fault


def annotate(severity: str, faults: Iterable[Fault]) -> None:
    """Each fault is a workflow command on stdout; `severity` is error, warning or notice.

    The form is that of docs.github.com/actions/reference/workflow-commands-for-github-actions.
    """
    for fault in faults:
        file, line, column = _place(fault.where)
        where = f"file={_escaped(file, ':,')},line={line},col={column}," if file else ""
        fix = f"; {fault.fix}" if fault.fix else ""
        print(f"::{severity} {where}title={_escaped(fault.code, ':,')}::{_escaped(fault.problem + fix)}")


def _place(where: str) -> tuple[str, str, str]:
    file, *numbers = where.rsplit(":", 2)
    if len(numbers) == 2 and all(one.isdigit() for one in numbers):
        return file, numbers[0], numbers[1]
    return where, "1", "1"


def _escaped(text: str, also: str = "") -> str:
    for sign in "%\r\n" + also:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
