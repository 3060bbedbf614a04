"""The question before something happens in an account."""

from __future__ import annotations

import sys

from mesh_etl.errors import Fault, PlanError


def confirmed(question: str, command: str) -> bool:
    """Whether somebody at the terminal says yes; no word, and the end of input, are a no.

    Raises `PlanError` (UNCONFIRMED) where nobody can be asked.
    """
    if not sys.stdin.isatty():
        fix = f"look at what it shows, then say {command} --yes"
        raise PlanError(Fault("UNCONFIRMED", "there is no terminal to ask at, and nothing was done", "--yes", fix))
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def named(question: str, command: str) -> str:
    """What somebody at the terminal types. Raises as `confirmed` does."""
    if not sys.stdin.isatty():
        raise PlanError(Fault("UNCONFIRMED", "there is no terminal to ask at, and nothing was done", fix=command))
    print(f"{question}: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
