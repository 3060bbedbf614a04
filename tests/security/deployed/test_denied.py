"""What the role of a domain's jobs must not do, it may not do; and it may what no recording shows."""

from __future__ import annotations

import pytest

from mesh_etl.config import Project
from mesh_etl.deploy.estate import Estate
from tests.security.deployed import documents
from tests.security.deployed.evaluator import allowed
from tests.security.deployed.stated import DENIED, UNRECORDED


@pytest.mark.parametrize("name", DENIED)
def test_it_may_not(project: Project, shop: Estate, name: str) -> None:
    assert not allowed(DENIED[name], documents.role(project, shop, "Jobs"))


@pytest.mark.parametrize("name", UNRECORDED)
def test_what_no_recording_shows_is_allowed(project: Project, shop: Estate, name: str) -> None:
    assert allowed(UNRECORDED[name], documents.role(project, shop, "Jobs"))


def test_there_are_many() -> None:
    assert len(DENIED) > 50
