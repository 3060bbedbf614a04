"""Whether all entries of the central catalogue can bear the names that follow from products and roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.config.governance.stated_names import LONGEST
from mesh_etl.config.product_name import table_of
from mesh_etl.govern.names import view

if TYPE_CHECKING:
    from mesh_etl.govern.compile.audience import Audience
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.products import Governed


def require_names(products: Iterable[Governed], roles: Mapping[str, tuple[Audience, ...]], findings: Findings) -> None:
    """The view of a role with masks bears no name of a product or another view, and none is too long for Glue."""
    taken = {one.product: "a product" for one in products}
    for product in products:
        if len(table_of(product.product)) > LONGEST:
            problem = f"the name of the product has more than the {LONGEST} characters that Glue takes"
            findings.fault("NAME_LONG", problem, product.contract.where(), "write a shorter one")
        for audience in roles[product.product]:
            if not audience.mask:
                continue
            name = f"{product.domain}.{view(product.product, audience.role)}"
            if len(table_of(name)) > LONGEST:
                problem = f"role '{audience.role}': its view would have more than {LONGEST} characters"
                findings.fault("NAME_LONG", problem, audience.where, "write a shorter one")
            if name in taken:
                problem = f"role '{audience.role}': its view would be called '{name}', as is {taken[name]}"
                findings.fault("NAME_TAKEN", problem, audience.where, "rename the role")
            taken.setdefault(name, f"the view of role '{audience.role}'")
