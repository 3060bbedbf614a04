"""Who is at work: on AWS whoever STS says, on a laptop whoever one says to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError, Fault, PlanError
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.principals import name_of, people, principal
from mesh_etl.govern.state.groups import account_of

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.worlds import World

_LONGEST = 200  # characters of a name
_SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([\w+=,.@-]+)/.+")


def actor(mesh: Mesh, world: World, said: str = "") -> str:
    """The name of whoever works: as the mesh file has it, else as they are called elsewhere.

    Raises `PlanError`: ACTOR_UNKNOWN on a laptop where nobody is named, ACTOR_STATED on AWS where somebody is, since
    there the credentials say who it is.
    """
    if world.name == "local":
        if not said:
            raise PlanError(Fault("ACTOR_UNKNOWN", "nobody says who decides", "--by", "such as --by sales.steward"))
        return spoken(mesh, said)
    if said:
        fix = "leave out --by, and sign in as the one who decides"
        raise PlanError(Fault("ACTOR_STATED", "on AWS the credentials say who decides", "--by", fix))
    arn = str(world.client("sts").get_caller_identity()["Arn"])
    session = _SESSION.fullmatch(arn)
    return name_of(mesh, _role(mesh, session[1], session[2]) if session else arn)


def _role(mesh: Mesh, account: str, name: str) -> str:
    """The ARN of the role of a session, whose own ARN leaves out the role's path: the mesh file knows it."""
    bare = f"arn:aws:iam::{account}:role/{name}"
    stated = [*people(mesh).values(), *(role_arn(one, one.role) for one in mesh.accounts.values())]
    known = {arn for arn in stated if account_of(arn) == account and arn.rpartition("/")[2] == name}
    return known.pop() if len(known) == 1 else bare


def spoken(mesh: Mesh, text: str) -> str:
    """The one name of whoever is called so: that of the mesh file for a role that it knows, else the text as it is."""
    try:
        return name_of(mesh, principal(mesh, text))
    except ConfigError:
        return "".join(sign for sign in text if sign.isprintable()).strip()[:_LONGEST]
