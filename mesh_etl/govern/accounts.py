"""The accounts of a mesh as its governance works in them: a client of each service for each account, and its calls."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError
from mesh_etl.govern.required import require_governance
from mesh_etl.worlds import error_codes
from mesh_etl.worlds.error_codes import DENIED, MISMADE, NO_CREDENTIALS, code_of

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.worlds import World

ATTEMPTS = 6
PAUSE_SECONDS = 0.05  # before the first repetition at most; twice as much before each further one
PATIENT_ATTEMPTS, LONGEST_SECONDS = 12, 15.0  # about two and a half minutes, for what AWS does in its own time
# Another change of the same resource is under way, or the service asks to come back later.
BUSY = error_codes.BUSY | {"ConcurrentModificationException"}
REFUSED = {"ConcurrentModificationException", "ThrottlingException", "ThrottledException", "Throttling"}  # not done
REPEATED = {"AlreadyExistsException", "EntityNotFoundException", "InvalidInputException"}  # done before, perhaps


class Accounts:
    """The accounts by id; in each of them calls are made as the role that governs there."""

    def __init__(self, project: Project, world: World) -> None:
        """Raises `PlanError` (GOVERNANCE_MISSING) for a mesh that states no governance."""
        require_governance(project.mesh)
        self.names = {account.id: name for name, account in project.mesh.accounts.items()}
        self.distant = world.name == "aws"
        self._project, self._world = project, world

    def __iter__(self) -> Iterator[str]:
        """The ids of the accounts, in the order of the mesh file."""
        return iter(self.names)

    def region(self, account: str) -> str:
        """The region of the account's catalogue."""
        return self._project.identity(self.names[account]).region

    @property
    def patience(self) -> int:
        """How often to look for what comes by itself, such as the invitation to a share: `rest` between two looks."""
        return PATIENT_ATTEMPTS if self.distant else ATTEMPTS

    def rest(self, attempt: int) -> None:
        """Wait until AWS may show what was changed: a change need not be in what is read right after it."""
        if self.distant:
            time.sleep(min(2.0**attempt, LONGEST_SECONDS))
        else:
            pause(attempt)

    def settle(self, attempt: int) -> None:
        """Wait before reading back where a change may not be seen yet; on a laptop it is seen at once."""
        if self.distant:
            self.rest(attempt)

    def pages(self, account: str, service: str, operation: str, member: str, **asked: Any) -> Iterator[Any]:
        """Every item of the answer's list `member`, of all its pages. Raises as `call` does."""
        token = "nextToken" if service == "ram" else "NextToken"
        while True:
            answer = self.call(account, service, operation, **asked)
            yield from answer.get(member, ())
            if not answer.get(token):
                return
            asked[token] = answer[token]

    def call(self, account: str, service: str, operation: str, done: tuple[str, ...] = (), **asked: Any) -> Any:
        """The answer of a call such as `get_tables`, or None where its error is one of `done`.

        A call that was not answered is made again: each of those that are made here may be repeated. When that is
        refused as what a repetition is refused as, the answer is None as well, and reading back tells what holds.
        Raises `RunError`: GOVERN_DENIED, GOVERN_REFUSED, BOTO3_OLD and, worth a retry, GOVERN_UNREACHABLE.
        """
        from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

        client = self._world.client(service, self._project.identity(self.names[account]))
        if not hasattr(client, operation):
            raise RunError(_unknown(service, operation))
        unknown = False  # whether an earlier attempt may have been carried out
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return getattr(client, operation)(**asked)
            except ParamValidationError as error:
                if "Unknown parameter" not in str(error):
                    raise self.error(account, service, operation, code_of(error), _words(error)) from error
                raise RunError(_unknown(service, operation)) from error
            except (ClientError, BotoCoreError) as error:
                code = code_of(error)
                if code in done or (unknown and code in REPEATED):
                    return None
                known = self.error(account, service, operation, code, _words(error))
                if not known.retryable or attempt == ATTEMPTS:
                    raise known from error
                unknown = unknown or code not in REFUSED
                pause(attempt)
        raise AssertionError("the last attempt returns or raises")

    def error(self, account: str, service: str, operation: str, code: str, words: str = "") -> RunError:
        """What a refusal means to whoever governs; `code` is the service's."""
        action = _action(service, operation)
        name = self.names[account]
        role = self._project.identity(name).role
        where = f"account {name} ({account})"
        if code in DENIED or code in NO_CREDENTIALS:
            fix = f"allow {action} to the role {role} and make it a data lake administrator there"
            return RunError(Fault("GOVERN_DENIED", f"{action} is denied ({code}){words}", where, fix))
        if code in BUSY or (not words and code not in MISMADE):
            fault = Fault("GOVERN_UNREACHABLE", f"{action} was not answered ({code})", where, "run it again")
            return RunError(fault, retryable=True)
        fix = "mend what it names in mesh.yaml or in the account, and run it again: what is done stays done"
        return RunError(Fault("GOVERN_REFUSED", f"{action} was refused ({code}){words}", where, fix))


def pause(attempt: int) -> None:
    """Wait before the next attempt, longer each time, and each caller for another time."""
    time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))


def _action(service: str, operation: str) -> str:
    return f"{service}:{''.join(part.title() for part in operation.split('_')).replace('Lf', 'LF')}"


def _unknown(service: str, operation: str) -> Fault:
    """Governing takes a newer boto3 than jobs, which have the one of their Glue version."""
    problem = f"boto3 {version('boto3')} does not know {_action(service, operation)} as it is called here"
    return Fault("BOTO3_OLD", problem, fix="govern from a machine with the newest: pip install --upgrade boto3")


def _words(error: Any) -> str:
    """The service's own words, which name resources and no values of data; none where it did not answer."""
    response = getattr(error, "response", None)
    if not response or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500:
        return ""
    return f": {response['Error'].get('Message', '')}"
