"""What the things of a governed mesh are called in the catalogues of its accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mesh_etl.config.governance.stated_names import central_database as central_database
from mesh_etl.config.product_name import parts_of, table_of
from mesh_etl.govern.state import Database, Table

if TYPE_CHECKING:
    from mesh_etl.config.governance.accounts import Account
    from mesh_etl.config.mesh import Mesh

LAPTOP = "local"  # the bucket by which an ARN names the files of this machine


def central_account(mesh: Mesh) -> Account:
    """The account of the central catalogue. Raises `ValueError` in a mesh that has none."""
    if mesh.governance is None:
        raise ValueError("the mesh has no central account")
    return mesh.accounts[mesh.governance.account]


def central(mesh: Mesh, product: str) -> Table:
    """The product's entry in the central catalogue. Raises `ValueError` in a mesh that has none."""
    domain, name = parts_of(product)
    return Table(central_account(mesh).id, central_database(mesh, domain), name)


def own(mesh: Mesh, product: str) -> Table | None:
    """The product's entry in the catalogue of its producer; None for a domain that has no account."""
    domain, name = parts_of(product)
    account = mesh.domains[domain].account
    return None if account is None else Table(mesh.accounts[account].id, domain, name)


def place(mesh: Mesh, product: str) -> tuple[str, str]:
    """The database and the table of the product's central entry."""
    found = central(mesh, product)
    return found.database, found.name


def product_of(mesh: Mesh, table: Table) -> str | None:
    """The product whose central entry this is, or None for another table."""
    if mesh.governance is None or table.catalog != central_account(mesh).id:
        return None
    domain = next((one for one in mesh.domains if central_database(mesh, one) == table.database), None)
    return None if domain is None else f"{domain}.{table.name}"


def link(mesh: Mesh, account: str, domain: str) -> Database:
    """The link to the domain's central database in the account with this id."""
    return Database(account, central_database(mesh, domain))


def view(product: str, role: str) -> str:
    """The view of the product that a role with masked columns sees, in the same database."""
    return f"{table_of(product)}__{re.sub(r'[^a-z0-9_]+', '_', role.lower())}"


def arn_of(location: str) -> str:
    """The ARN of a place that the catalogue records; a file of this machine counts as one in a bucket `local`."""
    parts = urlsplit(location)
    bucket = LAPTOP if parts.scheme in ("", "file") else parts.netloc
    return f"arn:aws:s3:::{bucket}/{parts.path.strip('/')}"


def role_arn(account: Account, role: str) -> str:
    """The ARN of a role of the account."""
    return f"arn:aws:iam::{account.id}:role/{role}"
