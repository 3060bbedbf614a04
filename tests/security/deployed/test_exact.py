"""The policies are as wide as they need to be: narrower, a job fails; wider, something opens that must not.

Each action and each resource is taken away, and a call that jobs or Glue make is refused then. Each resource is widened
and each condition left out, and a call that must be refused is allowed then.
"""

from __future__ import annotations

from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate
from tests.security.deployed import documents
from tests.security.deployed.calls import Call
from tests.security.deployed.narrowed import idle, unseen
from tests.security.deployed.stated import DENIED, UNRECORDED


def test_nothing_can_be_taken_away(project: Project, shop: Estate, made: frozenset[Call]) -> None:
    assert idle(documents.role(project, shop, "Jobs"), (*made, *UNRECORDED.values())) == []


def test_nothing_can_be_widened(project: Project, shop: Estate) -> None:
    assert unseen(documents.role(project, shop, "Jobs"), DENIED.values()) == []
