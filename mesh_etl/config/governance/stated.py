"""What is wrong with the governance in mesh.yaml that no part of it can tell by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.config.governance.misstated import Misstated, unknown
from mesh_etl.config.governance.stated_names import misnamed_entries
from mesh_etl.config.governance.stated_people import mistaken_people
from mesh_etl.config.governance.stated_tags import mistaken_tags

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh

# Regions whose ARNs do not begin with arn:aws: China, GovCloud, the isolated ones and the European sovereign cloud.
PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
NEED_GOVERNANCE = ("tags", "expressions", "access", "consumers", "approvals")


def misstated(mesh: Mesh) -> Iterator[Misstated]:
    """Every fault of a mesh file's governance, by parts of the file."""
    yield from _mistaken_accounts(mesh)
    yield from _mistaken_governance(mesh)
    yield from mistaken_people(mesh)
    yield from mistaken_tags(mesh)
    yield from misnamed_entries(mesh)


def _mistaken_accounts(mesh: Mesh) -> Iterator[Misstated]:
    names: dict[str, str] = {}
    for name, account in mesh.accounts.items():
        if account.region.startswith(PARTITIONS):
            problem = f"'{account.region}' is in a partition of AWS of its own, whose names are not built here"
            fix = "keep the mesh to regions of the partition 'aws'"
            yield Misstated("REGION_PARTITION", problem, fix, ("accounts", name, "region"))
        other = names.setdefault(account.id, name)
        if other != name:
            fix = "write one account for both, or the right id"
            yield Misstated("DUPLICATE_ACCOUNT", f"'{other}' has this id too", fix, ("accounts", name, "id"))
        if account.registration_role == account.role:
            problem, at = "the role that governs must not be the one that reads data", "registration_role"
            yield Misstated("ROLE_SHARED", problem, "name another role", ("accounts", name, at))
    for name, domain in mesh.domains.items():
        if domain.account is not None and domain.account not in mesh.accounts:
            yield unknown("account", domain.account, mesh.accounts, ("domains", name, "account"))
        elif domain.account is None and mesh.governance is not None:
            fix = "name one of accounts: each domain keeps its own data"
            yield Misstated("UNKNOWN_NAME", f"the domain '{name}' has no account", fix, ("domains", name))
    for name, consumer in mesh.consumers.items():
        if consumer.account not in mesh.accounts:
            yield unknown("account", consumer.account, mesh.accounts, ("consumers", name, "account"))


def _mistaken_governance(mesh: Mesh) -> Iterator[Misstated]:
    if mesh.governance is None:
        fix = "add governance: {account: …}, the account of the central catalogue"
        for key in NEED_GOVERNANCE:
            if getattr(mesh, key):
                yield Misstated("NO_GOVERNANCE", f"{key} mean nothing without a central catalogue", fix, (key,))
        return
    central = mesh.accounts.get(mesh.governance.account)
    if central is None:
        yield unknown("account", mesh.governance.account, mesh.accounts, ("governance", "account"))
        return
    for name, account in mesh.accounts.items():
        if account.region != central.region:
            problem = f"this is not '{central.region}', the region of the central catalogue, which shares within it"
            yield Misstated("REGION_DIFFERS", problem, "keep one mesh to one region", ("accounts", name, "region"))
    store = mesh.governance.store or ""
    if "://" not in store and ".." in store.split("/"):
        problem = "this leads out of the project"
        yield Misstated("PATH_OUTSIDE", problem, "name a folder of the project", ("governance", "store"))
