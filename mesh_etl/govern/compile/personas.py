"""What the people of a domain may do: with the central entries of its products, and with what it keeps itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from mesh_etl.govern.names import central, central_database, role_arn
from mesh_etl.govern.state import AllTables, Database, Location, Share

if TYPE_CHECKING:
    from mesh_etl.govern.compile.grants import Grants

PUBLISHES = ("DESCRIBE", "CREATE_TABLE")
MOVES = ("DATA_LOCATION_ACCESS",)
OF_VIEW = {"SELECT", "DESCRIBE", "DROP"}  # Lake Formation knows no others on a view


def grant_personas(
    grants: Grants, domain: str, products: Iterable[str], places: Iterable[str], views: Collection[str] = ()
) -> None:
    """Each persona of the domain has its rights on each of its products, by name; `places` are the domain's, by ARN.

    On `views`, which are products as well, those are the rights that there are on a view.

    The one that runs the jobs may also make entries, and have them point to the places of the domain.
    """
    mesh, stated = grants.mesh, grants.mesh.domains[domain]
    if stated.account is None:
        return
    account, products, places = mesh.accounts[stated.account], tuple(products), tuple(places)
    for persona in stated.personas.values():
        who = role_arn(account, persona.role)
        rights = [verb.upper() for verb in persona.rights]
        for product in products:
            fitting = [right for right in rights if right in OF_VIEW] if product in views else rights
            if fitting:
                grants.on_central(who, central(mesh, product), fitting)
        grants.add(account.id, who, AllTables(account.id, domain), rights)
        grants.add(account.id, who, Database(account.id, domain), PUBLISHES if persona.runs_jobs else ("DESCRIBE",))
        grants.reach(account.id, [who], domain)
        if persona.runs_jobs:
            grants.on_central(who, Database(grants.central, central_database(mesh, domain)), PUBLISHES)
            for place in places:
                grants.add(account.id, who, Location(account.id, place), MOVES)
                _reach_place(grants, account.id, who, Location(grants.central, place))


def _reach_place(grants: Grants, account: str, who: str, place: Location) -> None:
    """The role may have central entries point to the place: through its account, as AWS documents it for places.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/regranting-locations.html
    """
    if account != grants.central:
        grants.add(grants.central, account, place, MOVES, MOVES)
        grants.shares[grants.central, account] = Share("ACTIVE")
    grants.add(account, who, place, MOVES)
