"""To which accounts the events of the mesh's bus are passed on: there they start flows, and whatever a domain adds.

The unit of the governance account has a rule on the bus for each of them; it puts events on their default bus, whose
policy lets the rule's role in.
Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.deploy import names

if TYPE_CHECKING:
    from mesh_etl.config import Project

CENTRE = "mesh"  # the unit of the governance account, beside those that are called as their domains


@dataclass(frozen=True, order=True)
class Bus:
    """A bus of EventBridge, by its account, region and name."""

    account: str
    region: str
    name: str = "default"

    @property
    def arn(self) -> str:
        """The bus's ARN."""
        return f"arn:aws:events:{self.region}:{self.account}:event-bus/{self.name}"


def mesh_bus(project: Project) -> Bus | None:
    """The bus on which the mesh tells what happens; None where there is none."""
    if project.event_bus is None:
        return None
    parts = project.event_bus.split(":", 5)
    return Bus(parts[4], parts[3], parts[5].removeprefix("event-bus/"))


def heard_on(project: Project, account: str, region: str) -> Bus | None:
    """The bus on which an account hears of the mesh's events: the mesh's where it is its own, else its default."""
    bus = mesh_bus(project)
    if bus is None or (bus.account, bus.region) == (account, region):
        return bus
    return Bus(account, region)


def forwards(project: Project) -> tuple[Bus, ...]:
    """The buses to which the governance account passes events on; none where the mesh's bus is not its own."""
    bus, mesh = mesh_bus(project), project.mesh
    if bus is None or mesh.governance is None or bus.account != mesh.accounts[mesh.governance.account].id:
        return ()
    accounts = [mesh.accounts[one.account] for one in mesh.domains.values() if one.account]
    return tuple(sorted({Bus(one.id, one.region) for one in accounts} - {Bus(bus.account, bus.region)}))


def forwarder(project: Project) -> str | None:
    """The role, by ARN, by which the governance account passes events on."""
    bus = mesh_bus(project)
    if bus is None:
        return None
    stack = names.stack(project.mesh.name, project.env_name, CENTRE)
    return f"arn:aws:iam::{bus.account}:role/{names.role(stack, names.STARTS)}"
