"""Statements of a role in policies that are small enough for IAM: at most ten of them, each in one piece.

The limits count no blanks. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from mesh_etl.errors import ConfigError, Fault
from mesh_etl.govern.policies.documents import Document, Statement, document

POLICY = 6_144  # characters of a managed policy
POLICIES = 10  # managed policies of a role, as accounts come


def sized(role: str, statements: Iterable[Statement]) -> tuple[Document, ...]:
    """The statements in as few documents as their order allows; one that is too large is cut by its resources.

    Raises `ConfigError` ROLE_TOO_LARGE where ten do not hold them.
    """
    found: list[list[Statement]] = [[]]
    for one in statements:
        for piece in _cut(one):
            if found[-1] and size(document([*found[-1], piece])) > POLICY:
                found.append([])
            found[-1].append(piece)
    if len(found) > POLICIES:
        problem = f"the role '{role}' would need {len(found)} policies, and IAM gives a role {POLICIES}"
        fix = "make two domains of this one, so that each has a role of its own"
        raise ConfigError(Fault("ROLE_TOO_LARGE", problem, "configs/mesh.yaml", fix))
    return tuple(document(one) for one in found if one)


def _cut(statement: Statement) -> Iterator[Statement]:
    """The statement, or several that say the same together."""
    pieces = [statement]
    while max(size(document([one])) for one in pieces) > POLICY:
        pieces = [half for one in pieces for half in _halves(one)]
    if len(pieces) == 1:
        yield statement
        return
    for number, one in enumerate(pieces, start=1):
        yield {**one, "Sid": f"{statement['Sid']}Part{number}"}


def _halves(statement: Statement) -> list[Statement]:
    resources = statement["Resource"]
    if len(resources) < 2:
        raise ValueError(f"the statement {statement['Sid']} cannot be cut")
    middle = len(resources) // 2
    return [{**statement, "Resource": half} for half in (resources[:middle], resources[middle:])]


def size(value: Document) -> int:
    """How long a document is for IAM, in characters."""
    return len(json.dumps(value, separators=(",", ":")))
