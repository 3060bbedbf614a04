"""Whether the databases of a governed mesh can stand side by side in the catalogues of its accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesh_etl.config.governance.misstated import Misstated

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh

LONGEST = 255  # characters of a name in Glue


def central_database(mesh: Mesh, domain: str) -> str:
    """The domain's database in the central catalogue; links to it in other accounts bear the same name.

    Raises `ValueError` in a mesh that has no central catalogue.
    """
    if mesh.governance is None:
        raise ValueError("the mesh has no central account")
    plain = re.sub(r"[^a-z0-9_]+", "_", mesh.name.lower()).strip("_")
    return mesh.governance.database.format(mesh=plain, domain=domain)


def misnamed_entries(mesh: Mesh) -> Iterator[Misstated]:
    """Every database whose name is too long, or that of another one in the same account."""
    if mesh.governance is None:
        return
    taken = {(domain.account, name): name for name, domain in mesh.domains.items()}
    central: dict[str, str] = {}
    for name in mesh.domains:
        database, at = central_database(mesh, name), ("governance", "database")
        if len(database) > LONGEST:
            problem = f"the database of '{name}' would have {len(database)} characters, more than {LONGEST}"
            yield Misstated("NAME_LONG", problem, "write a shorter one", at)
        if central.setdefault(database, name) != name:
            problem = f"'{central[database]}' and '{name}' would have one database"
            yield Misstated("NAME_TAKEN", problem, "let {domain} tell them apart", at)
        for account in mesh.accounts:
            if (account, database) in taken:
                problem = f"'{database}' is the name of a domain's own database in the account '{account}' already"
                yield Misstated("NAME_TAKEN", problem, "write another one, such as {mesh}_{domain}_shared", at)
