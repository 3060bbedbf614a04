"""As whom a call to AWS is made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """A role of an account of the mesh, in the region of the account's catalogue."""

    account: str
    role: str
    region: str = "eu-west-1"
    external_id: str | None = None

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return f"arn:aws:iam::{self.account}:role/{self.role}"
