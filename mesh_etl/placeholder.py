"""Zeros that stand for an AWS account in a new project, until somebody puts one in."""

from __future__ import annotations

from mesh_etl.errors import Fault, RunError

ACCOUNT = "000000000000"  # no account of AWS has this id


def unset(where: str) -> Fault:
    """What is said of such zeros at that place."""
    fix = "put in the twelve digits of your own"
    return Fault("PLACEHOLDER_ACCOUNT", "these zeros stand for an AWS account", where, fix)


def require_set(*accounts: str | None) -> None:
    """None of the accounts is the placeholder: raises `RunError` PLACEHOLDER_ACCOUNT before anything is asked of it."""
    if ACCOUNT in accounts:
        fix = "put in your own, in the environment file, or under accounts of configs/mesh.yaml"
        raise RunError(Fault("PLACEHOLDER_ACCOUNT", f"{ACCOUNT} stands for an AWS account", fix=fix))
