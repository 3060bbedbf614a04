from __future__ import annotations

import pytest

from mesh_etl.config.product_name import domain_of, parts_of, table_of


@pytest.mark.parametrize(
    ("product", "domain", "table"), [("sales.orders", "sales", "orders"), ("sales", "sales", ""), ("", "", "")]
)
def test_a_name_has_two_parts(product: str, domain: str, table: str) -> None:
    assert (parts_of(product), domain_of(product), table_of(product)) == ((domain, table), domain, table)
