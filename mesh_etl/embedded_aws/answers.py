"""How the embedded services say no: as AWS would, or by naming what they do not implement."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError


class Refusal(Exception):
    """An error answer of the service; the client turns it into the modelled exception of that `code`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotImplementedByEmbeddedAws(BotoCoreError):  # type: ignore[misc]  # botocore ships no types
    """The call, parameter or service exists on AWS and not here."""

    fmt = "embedded AWS does not implement {what}"


class StoreUnavailable(BotoCoreError):  # type: ignore[misc]  # botocore ships no types
    """The file that holds the embedded catalogue cannot be read or written: the laptop's network error."""

    fmt = "the embedded catalogue {path} is not usable: {problem}"


def invalid(message: str) -> Refusal:
    """The refusal of a request whose content makes no sense."""
    return Refusal("InvalidInputException", message)


def missing(what: str) -> Refusal:
    """The refusal of a request that names an entity which is not there."""
    return Refusal("EntityNotFoundException", f"{what} not found.")


def exists(what: str) -> Refusal:
    """The refusal of a request that would create an entity twice."""
    return Refusal("AlreadyExistsException", f"{what} already exists.")
