"""Whether what a contract says of where its data lies is so: region, account and encryption of its servers.

The rest of what it says of storage is measured or done elsewhere: retention by service levels and upkeep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mesh_etl.govern.names import central_account

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.contract.server import AnyServer
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.products import Governed

OURS = ("s3", "glue", "athena", "iceberg")  # types of servers that stand for what this mesh keeps itself
ENCRYPTION = "encryption"
BY_KEY = ("kms", "sse-kms", "aws:kms")


def warn_of_storage(mesh: Mesh, products: Iterable[Governed], kms_key: str | None, findings: Findings) -> None:
    """A server of a contract that says something else than what the mesh does with the data is told: STORAGE_DIFFERS.

    `kms_key` is the key that encrypts what is written, None where the bucket's own rule does.
    """
    for product in products:
        if not product.location.startswith("s3://"):
            continue
        for index, server in enumerate(product.contract.odcs.servers):
            if server.type in OURS:
                for key, problem, fix in _differences(mesh, product, server, kms_key):
                    where = product.contract.where("servers", index, key)
                    findings.warn("STORAGE_DIFFERS", f"server '{server.server}': {problem}", where, fix)


def _differences(
    mesh: Mesh, product: Governed, server: AnyServer, kms_key: str | None
) -> Iterator[tuple[str, str, str]]:
    """The key of the server that says it, what differs, and what to do."""
    name = mesh.domains[product.domain].account
    own = mesh.accounts[name] if name else central_account(mesh)
    account = getattr(server, "account", None)
    if account is not None and account not in (own.id, central_account(mesh).id):
        yield "account", f"the data is kept in the account {own.id}", "write that, or move the domain"
    customs = {one.property: str(one.value).strip().lower() for one in server.custom_properties}
    region = getattr(server, "region_name", None) or customs.get("region")
    if region is not None and region != own.region:
        yield "regionName", f"the data is kept in {own.region}", "write that, or say another region of the account"
    location = getattr(server, "location", None)
    if server.type == "s3" and not f"{product.location}/".startswith(f"{str(location).rstrip('/')}/"):
        yield "location", f"the data is kept below {product.location}", "write that"
    stated = customs.get(ENCRYPTION)
    if stated in BY_KEY and kms_key is None:
        problem = "it is to be encrypted by a key of its own, and nothing names one"
        yield "customProperties", problem, "add s3: {kms_key: …} to the environment"
    elif stated is not None and stated not in BY_KEY and kms_key is not None:
        yield "customProperties", "what is written is encrypted by a key", "write encryption: kms"
