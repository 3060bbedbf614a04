"""Access as an assertion: `assert can(…).denied`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.errors import ConfigError
from mesh_etl.testing import can

PRODUCT = "customer.customers"


def test_columns_and_rows(project: Path) -> None:
    assert can("role/analyst", PRODUCT, "email", project=project).denied
    seen = can("marketing.analyst", PRODUCT, "id", project=project)
    assert seen.filtered
    assert not seen.allowed
    assert not seen.denied
    assert can("customer.engineer", PRODUCT, "email", project=project).allowed
    assert can("customer.engineer", PRODUCT, project=project).allowed
    assert "INSERT" in can("customer.engineer", PRODUCT, project=project).rights
    assert not can("marketing.intern", PRODUCT, project=project).masked


def test_a_failed_assertion_says_why(project: Path) -> None:
    with pytest.raises(AssertionError, match=r"analyst on email of customer\.customers: denied; the filter"):
        assert can("marketing.analyst", PRODUCT, "email", project=project).allowed
    assert any("leaves out email" in line for line in can("marketing.analyst", PRODUCT, "email", project=project).why)


def test_what_there_is_not_is_no_proof(project: Path) -> None:
    for words in (
        ("nobody", PRODUCT),
        ("marketing.analyst", "customer.orders"),
        ("marketing.analyst", PRODUCT, "mail"),
    ):
        with pytest.raises(ConfigError, match=r"UNKNOWN_"):
            can(*words, project=project)


def test_the_bare_answer_is_neither_true_nor_false(project: Path) -> None:
    with pytest.raises(TypeError, match="denied"):
        assert can("marketing.analyst", PRODUCT, project=project)


def test_a_change_of_the_files_is_seen_at_once(project: Path) -> None:
    assert can("marketing.analyst", PRODUCT, "email", project=project).denied
    contract = project / "configs/customer/customers/contract.yaml"
    contract.write_text(contract.read_text().replace("      - {property: hideClassified, value: [personal]}\n", ""))
    assert not can("marketing.analyst", PRODUCT, "email", project=project).denied


def test_what_the_accounts_hold_is_asked_live(project: Path) -> None:
    """Nothing is applied yet, so that nobody sees anything, and the reason is that there is no entry."""
    found = can("customer.engineer", PRODUCT, "email", project=project, live=True)
    assert found.denied
    assert "there is no customer.customers in the catalogue" in found.why[0]
