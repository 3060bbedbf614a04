"""Secrets: a config names where one is kept and never holds it."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field

from mesh_etl.config.document import Document, Loc, dotted
from mesh_etl.config.model import Model
from mesh_etl.errors import Fault

FIX = "keep it outside and refer to it: {secret: env:NAME}"

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"), "an AWS access key"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    # Without blanks around '=': a comparison such as `secret = 'x'` in an expression is not a password.
    (re.compile(r"(?i)(password|passwd|pwd|secret|secret_?key)=(?!['\"=]|\$\{)[^\s&;]"), "a password"),
    (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]+:(?!\$\{)[^\s/@]+@"), "a password"),
)


class SecretRef(Model):
    """The name of a secret; the world looks it up at run time."""

    secret: str = Field(
        pattern=r"^(env:.+|ssm:[A-Za-z0-9_./:-]+|secretsmanager:[A-Za-z0-9/_+=.@!:-]+)$",  # what IAM takes as it is
        description="Where the secret is kept: env:NAME, ssm:/path or secretsmanager:name.",
    )


def plain_secrets(document: Document, data: Any = None) -> list[Fault]:
    """One fault for each string of the document that looks like a secret; no fault repeats the string."""
    faults: list[Fault] = []
    _scan(document.data if data is None else data, (), document, faults)
    return faults


def _scan(value: Any, loc: Loc, document: Document, faults: list[Fault]) -> None:
    if isinstance(value, dict):
        for key, one in value.items():
            _scan(one, (*loc, key), document, faults)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            _scan(one, (*loc, index), document, faults)
    elif isinstance(value, str):
        for shape, name in _SHAPES:
            if shape.search(value):
                problem = f"{dotted(loc)}: holds what looks like {name}"
                faults.append(Fault("SECRET_IN_CONFIG", problem, document.where(loc), FIX))
                return
