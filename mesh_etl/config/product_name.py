"""The name of a product, `<domain>.<table>`, by its parts."""

from __future__ import annotations


def parts_of(product: str) -> tuple[str, str]:
    """The domain and the table; a name without a dot has no table."""
    domain, _, table = product.partition(".")
    return domain, table


def domain_of(product: str) -> str:
    """The domain that publishes the product."""
    return parts_of(product)[0]


def table_of(product: str) -> str:
    """What the product is called within its domain: its table, or its view."""
    return parts_of(product)[1]
