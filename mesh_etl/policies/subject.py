"""What policies are about: a contract or a job, or one part of them, as plain data that knows where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesh_etl.config.project import LoadedView
from mesh_etl.contract.table import Loc, Property

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.config.policies import Scope
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.odcs import DataContract


@dataclass(frozen=True)
class Subject:
    """One thing that a policy judges.

    `name` tells it from others of the product, '' where there is only one; `where` is its place as file:line:column;
    `data` is what the file says in the spelling of the newest version of the standard, defaults included. A part of a
    contract has the contract under `contract`.
    """

    product: str
    name: str
    where: str
    data: dict[str, Any] = field(repr=False)


def subjects(scope: Scope, job: LoadedJob | LoadedView, contract: Contract) -> Iterator[Subject]:
    """Every subject of the scope that the product has."""
    if scope == "job":
        if isinstance(job, LoadedView):
            return
        yield Subject(job.product, "", job.where(), job.job.model_dump(mode="json", by_alias=True))
        return
    whole = plain(contract.odcs)
    if scope == "contract":
        yield Subject(job.product, "", contract.where(), whole)
        return
    for name, loc, part in _parts(scope, contract):
        data = part.model_dump(mode="json", by_alias=True)
        if isinstance(part, Property):
            data |= {"path": name, "personal": personal(part.stored_name)}
        yield Subject(job.product, name, contract.where(*loc), {**data, "contract": whole})


def plain(odcs: DataContract) -> dict[str, Any]:
    """The contract as plain data; its people are under `team.members` in whichever form the file has them."""
    data = odcs.model_dump(mode="json", by_alias=True)
    if isinstance(data["team"], list):
        data["team"] = {"members": data["team"]}
    return data


def personal(column: str) -> str | None:
    """The kind of personal data that the name of the column suggests, or None."""
    from mesh_etl.crawl.personal import KINDS

    return next((kind.name for kind in KINDS if kind.named.search(column)), None)


def _parts(scope: Scope, contract: Contract) -> Iterator[tuple[str, Loc, Any]]:
    odcs = contract.odcs
    if scope == "columns":
        for loc, found in contract.table.walk():
            yield _path(contract, loc), ("schema", 0, *loc), found
    elif scope == "rules":
        for loc, rule in odcs.rules():
            yield rule.name or rule.id or f"rule[{loc[-1]}]", loc, rule
    elif scope == "servers":
        for index, server in enumerate(odcs.servers):
            yield server.server, ("servers", index), server
    else:
        for index, role in enumerate(odcs.roles):
            yield role.role, ("roles", index), role
        for index, server in enumerate(odcs.servers):
            for at, role in enumerate(server.roles):
                yield role.role, ("servers", index, "roles", at), role


def _path(contract: Contract, loc: Loc) -> str:
    """The column's path by names: `address.city`, `lines[].price`."""
    data, path = contract.document.data["schema"][0], ""
    for step in loc:
        data = data[step]
        if isinstance(step, int):
            path += f".{data['name']}" if path else data["name"]
        elif step != "properties" and step != "map":
            path += "[]" if step == "items" else f".{step}"
    return path
