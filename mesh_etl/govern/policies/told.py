"""The policies of the event bus and of the topic that are told what happens in the mesh.

Those who tell are named as roles, and not as services or whole accounts, so that nobody can have it told for them.
Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.events.emit import SOURCE
from mesh_etl.govern.policies.documents import Document, allow, document, given

if TYPE_CHECKING:
    from collections.abc import Sequence


def bus(arn: str, roles: Sequence[str]) -> Document:
    """The policy of the bus: these roles of any account put events of the mesh on it, and of no other source."""
    told = allow("Tell", ["events:PutEvents"], [arn], {"StringEquals": {"events:source": SOURCE}})
    return document([given({"AWS": roles}, told)])


def topic(arn: str, role: str) -> Document:
    """The policy of the topic: the role that governs the mesh publishes to it."""
    return document([given({"AWS": role}, allow("Tell", ["sns:Publish"], [arn]))])
