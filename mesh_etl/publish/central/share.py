"""Whether the central account's catalogue is shared with the producer's account, where a publish finds it closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, RunError
from mesh_etl.govern.names import central_account

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.worlds import World

_STATES = {
    "PENDING": "waits to be accepted",
    "EXPIRED": "was not accepted in time",
    "REJECTED": "was rejected",
}


def share_problem(job: LoadedJob, world: World) -> Fault | None:
    """What is wrong with the share, CENTRAL_SHARE; None where RAM knows of nothing or the job may not ask it."""
    from botocore.exceptions import BotoCoreError, ClientError

    account = central_account(job.project.mesh)
    try:
        answer = world.client("ram", job.identity).get_resource_share_invitations()
    except (BotoCoreError, ClientError, RunError):  # to know more is no right that a job needs
        return None
    found = [
        one["status"] for one in answer.get("resourceShareInvitations", []) if one["senderAccountId"] == account.id
    ]
    if "ACCEPTED" in found and "PENDING" not in found:
        return None
    state = next((one for one in _STATES if one in found), None)
    if state is None:
        return None
    problem = f"the invitation to the central catalogue {_STATES[state]}"
    return Fault("CENTRAL_SHARE", problem, f"account {account.id}", "mesh-etl govern apply")
